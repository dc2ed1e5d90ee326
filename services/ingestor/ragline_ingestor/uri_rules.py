"""Which URIs the ingestor may read: an allow-list, and no private addresses unless configured.

Protects against server-side request forgery (OWASP): a change event is untrusted input, and
`content_uri` must not reach the cloud's metadata service, a local file or an internal port.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from ragline.errors import InvalidDocument, Misconfigured
from ragline_ingestor.public_address import is_public

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class UriRules:
    """An allow-list of URI prefixes; empty allows nothing.

    Args:
        allowed: `https://docs.example.com/`, `https://*.example.com/kb/`, `s3://bucket/folder/`.
        private_hosts: hosts that may resolve to addresses that are not public.
    """

    allowed: Sequence[str]
    private_hosts: Sequence[str]

    def check(self, uri: str) -> SplitResult:
        """Return the parts of `uri` if a prefix allows it.

        Raises:
            InvalidDocument: `forbidden_uri`.
        """
        parts = _split(uri)
        if parts is None or not any(_covers(prefix, parts) for prefix in self.allowed):
            raise forbidden(
                "no prefix in RAGLINE_INGESTOR__ALLOWED_URIS covers this content_uri:"
                " add one, or send the content inline"
            )
        return parts

    def may_connect(self, host: str, address: str) -> bool:
        """Tell whether `host` may be reached at `address`, an IP address."""
        return host.lower() in self.private_hosts or is_public(address)


def forbidden(message: str) -> InvalidDocument:
    """Return the error for a URI that must not be read."""
    return InvalidDocument(message, code="forbidden_uri")


def _split(uri: str) -> SplitResult | None:
    """Return the parts, or None for a URI that parsers may interpret differently."""
    if any(char.isspace() or not char.isprintable() or char == "\\" for char in uri):
        return None
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    segments = unquote(parts.path).replace("\\", "/").split("/")
    ambiguous = ".." in segments or "@" in parts.netloc or "%" in parts.netloc
    return None if ambiguous or not parts.scheme else parts


def _covers(prefix: str, parts: SplitResult) -> bool:
    allowed = urlsplit(prefix)
    if not allowed.scheme or not (allowed.netloc or allowed.path.startswith("/")):
        raise Misconfigured(
            f"RAGLINE_INGESTOR__ALLOWED_URIS: {prefix!r} must look like https://host/path/"
        )
    folder = allowed.path.rstrip("/") + "/"
    return (
        parts.scheme == allowed.scheme
        and _port(parts) == _port(allowed)
        and _host_matches(allowed.hostname or "", parts.hostname or "")
        and (parts.path.startswith(folder) or folder == "/")
    )


def _port(parts: SplitResult) -> int | None:
    return parts.port or _DEFAULT_PORTS.get(parts.scheme)


def _host_matches(pattern: str, host: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:])
    return host == pattern
