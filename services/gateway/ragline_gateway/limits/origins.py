"""Browser security: which origins may call the API (CORS), and the console's content policy."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_READ = (
    "Location",
    "Mcp-Session-Id",
    "Preference-Applied",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "WWW-Authenticate",
)
_PREFLIGHT_S = 3_600

_STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def cors(origins: Sequence[str]) -> Middleware:
    """Return the CORS middleware that lets pages of `origins` call the API.

    Cookies are never allowed: callers authenticate by a header that a page has to set itself. So a
    page may send any header, as clients of OpenAI's API do.
    """
    return Middleware(
        CORSMiddleware,
        allow_origins=list(origins),
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=["*"],
        expose_headers=list(_READ),
        allow_credentials=False,
        max_age=_PREFLIGHT_S,
    )


class PageSecurity:
    """ASGI middleware: adds the browser security headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._page = _headers(_STRICT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self._page]
            await send(message)

        await self._app(scope, receive, secured)


def _headers(policy: str) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"no-referrer"),
    ]
