"""Keys and tokens are sent in every place of a request; none of them reaches the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI, Request
from tests.integration.front_door.conftest import Serve
from tests.unit.gateway.access.issuer import AUDIENCE, ISSUER, Issuer
from tests.unit.gateway.app import Countdown, make_app

from ragline.api_keys.files import KeyEntry, entry_as_toml
from ragline.api_keys.form import KeyScope, digest_of, make_key
from ragline.clock import utc_now
from ragline.observability.logs import configure_logging
from ragline.observability.metrics import Metrics
from ragline.settings import LogSettings
from ragline_gateway.access.authenticator import Authenticator
from ragline_gateway.access.claims import ClaimNames
from ragline_gateway.access.gate import Asker
from ragline_gateway.access.jwks import KeySet
from ragline_gateway.access.jwt import Tokens
from ragline_gateway.access.keys import Keys
from ragline_gateway.access.signing_keys import SigningKeys
from ragline_gateway.settings import GatewayGroup

GOOD, BAD = make_key("hr-portal"), make_key("hr-portal")


@pytest.fixture(params=["json", "text"])
def output(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What a gateway process writes, everything of it."""
    written = StringIO()
    monkeypatch.setattr("sys.stdout", written)
    root = logging.getLogger()
    handlers = root.handlers[:]
    settings = LogSettings.model_validate({"level": "DEBUG", "format": request.param})
    configure_logging(settings, service="ragline-gateway")
    logging.getLogger("uvicorn").setLevel(logging.DEBUG)
    for client in ("httpx", "httpcore"):  # the test's own
        logging.getLogger(client).setLevel(logging.CRITICAL)
    yield written
    root.handlers[:] = handlers


def make_gateway(folder: Path, issuer: Issuer) -> FastAPI:
    async def fetch() -> KeySet:
        return issuer.keys()

    path = folder / "keys.toml"
    scopes = frozenset(KeyScope)
    known = KeyEntry(id="hr-portal", sha256=digest_of(GOOD).hex(), tenant="acme", scopes=scopes)
    path.write_text(entry_as_toml(known))
    authenticator = Authenticator(
        keys=Keys(path, clock=utc_now, monotonic=time.monotonic),
        tokens=Tokens(
            SigningKeys(fetch, refresh_s=300, max_age_s=3_600, clock=time.monotonic),
            issuer=ISSUER,
            audience=AUDIENCE,
            names=ClaimNames(tenant="tenant", groups="groups", scope="scope"),
        ),
    )
    app = make_app(authenticator, Countdown(), Metrics(), GatewayGroup(max_body_bytes=10_000))

    @app.get("/v1/leak")
    async def leak(request: Request, _: Asker) -> None:
        raise LookupError(f"a library repeats {dict(request.headers)} and {request.url}")

    return app


@pytest.fixture
def issuer() -> Issuer:
    made = Issuer()
    made.add("key")
    return made


def requests(
    credential: str, *, errors: bool
) -> Iterator[tuple[str, str, dict[str, str], bytes | None]]:
    """Requests with the credential where it belongs, and wherever else people put it."""
    inside = quote(credential)
    for headers in (
        {"Authorization": f"Bearer {credential}"},
        {"Authorization": f"bearer {credential} x"},
        {"Authorization": f"Basic {credential}"},
        {"Authorization": credential},
        {"X-API-Key": credential},
        {"X-API-Key": credential, "Authorization": "Bearer a.b.c"},
    ):
        yield "GET", "/v1/me", headers, None
        yield "GET", f"/v1/me?api_key={inside}&access_token={inside}", headers, None
        yield "GET", f"/v1/raise/{inside}", headers, None
        if errors:
            yield "GET", "/v1/leak", headers, None
        yield "GET", "/v1/stream?breaks=true", headers, None
        yield "PUT", f"/v1/documents/{inside}", headers, credential.encode()
        yield "POST", "/v1/queries", headers | {"Content-Type": "text/x"}, credential.encode()
        yield "POST", "/v1/queries", headers, f'{{"text": "{credential}"}}'.encode()
        yield "POST", "/v1/queries", headers, f'{{"text": ["{credential}"], "x": '.encode()
    for path in (f"/{inside}", f"/v1/{inside}", f"/console/{inside}", f"/{inside}?{inside}"):
        yield "GET", path, {"Cookie": f"key={credential}", "Referer": f"http://x/?k={inside}"}, None
        yield credential.replace(".", ""), path, {}, None


@pytest.mark.parametrize("redacted", [False, True])
async def test_no_credential_reaches_the_log(
    serve: Serve, output: StringIO, tmp_path: Path, issuer: Issuer, redacted: bool
) -> None:
    """Nothing of ours writes any; what a library's error repeats is taken out of the lines."""
    token = issuer.token("key")
    expired = issuer.token("key", exp=1)
    if not redacted:
        for handler in logging.getLogger().handlers:
            handler.setFormatter(logging.Formatter())
    url = await serve(make_gateway(tmp_path, issuer))
    statuses = []
    async with httpx.AsyncClient(base_url=url) as http:
        for credential in (GOOD, BAD, token, expired):
            for method, path, headers, content in requests(credential, errors=redacted):
                try:
                    answer = await http.request(method, path, headers=headers, content=content)
                    statuses.append(answer.status_code)
                except httpx.TransportError:
                    statuses.append(0)  # a response that was cut off on purpose
    written = output.getvalue()
    assert {0, 200, 401, 404, 422} <= set(statuses)
    assert "key:hr-portal" in written
    assert "jwt:ada" in written
    assert ("a library repeats" in written) == redacted
    for secret in (GOOD, BAD, token, expired):
        for part in {secret, quote(secret), secret[-43:], secret.rpartition(".")[2]}:
            assert part not in written
