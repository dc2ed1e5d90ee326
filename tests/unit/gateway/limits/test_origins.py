"""What browsers are told: whose pages may call, and what the console's page may do."""

from __future__ import annotations

import httpx
import pytest
from tests.unit.gateway.app import Countdown, KnownCallers, make_app
from tests.unit.gateway.conftest import ADA

from ragline.observability.metrics import Metrics
from ragline_gateway.settings import GatewayGroup

PORTAL, EVIL = "https://portal.example", "https://evil.example"


def preflight(origin: str) -> dict[str, str]:
    return {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,prefer",
    }


async def test_a_preflight_needs_no_credentials(http: httpx.AsyncClient) -> None:
    allowed = await http.options("/v1/queries", headers=preflight(PORTAL))
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == PORTAL
    assert "access-control-allow-credentials" not in allowed.headers
    refused = await http.options("/v1/queries", headers=preflight(EVIL))
    assert refused.status_code == 400
    assert "access-control-allow-origin" not in refused.headers


async def test_a_client_in_a_page_may_send_headers_of_its_own(http: httpx.AsyncClient) -> None:
    """OpenAI's own says in what it runs."""
    headers = "authorization,content-type,x-stainless-lang,x-stainless-retry-count"
    asked = preflight(PORTAL) | {"Access-Control-Request-Headers": headers}
    allowed = await http.options("/v1/chat/completions", headers=asked)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-headers"] == headers


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [("/v1/me", ADA, 200), ("/v1/me", {}, 401), ("/v1/raise/surprise", ADA, 500)],
)
async def test_pages_may_read_errors_too(
    http: httpx.AsyncClient, path: str, headers: dict[str, str], status: int
) -> None:
    response = await http.get(path, headers={**headers, "Origin": PORTAL})
    assert response.status_code == status
    assert response.headers["access-control-allow-origin"] == PORTAL
    assert "Retry-After" in response.headers["access-control-expose-headers"]


async def test_pages_of_other_origins_may_not(http: httpx.AsyncClient) -> None:
    response = await http.get("/v1/me", headers={**ADA, "Origin": EVIL})
    assert "access-control-allow-origin" not in response.headers


async def test_where_every_origin_may_call_cookies_stay_out() -> None:
    settings = GatewayGroup(cors_origins=("*",))
    app = make_app(KnownCallers(), Countdown(), Metrics(), settings)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
        allowed = await http.options("/v1/queries", headers=preflight(EVIL))
    assert allowed.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in allowed.headers


@pytest.mark.parametrize("path", ["/console/", "/open", "/v1/none", "/nothing", "/docs"])
async def test_a_page_runs_its_own_scripts_only_and_in_no_frame(
    http: httpx.AsyncClient, path: str
) -> None:
    headers = (await http.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
