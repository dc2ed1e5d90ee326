"""HEAD tells what GET would, without its body; where there is no GET, which methods there are."""

from __future__ import annotations

import httpx
import pytest
from tests.unit.gateway.conftest import ADA

from ragline.observability.metrics import Metrics


@pytest.mark.parametrize("path", ["/v1/me", "/open", "/console/x"])
async def test_head_is_get_without_a_body(http: httpx.AsyncClient, path: str) -> None:
    full = await http.get(path, headers=ADA)
    head = await http.head(path, headers=ADA)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == full.headers


async def test_head_of_a_path_without_get_names_its_methods(http: httpx.AsyncClient) -> None:
    head = await http.head("/v1/queries", headers=ADA)
    assert (head.status_code, head.headers["allow"], head.content) == (405, "POST", b"")


async def test_head_needs_credentials(http: httpx.AsyncClient) -> None:
    assert (await http.head("/v1/me")).status_code == 401


async def test_head_opens_no_stream(http: httpx.AsyncClient) -> None:
    head = await http.head("/v1/queries/q/events", headers=ADA)
    assert head.status_code in (404, 405)


async def test_head_is_counted_with_its_route(http: httpx.AsyncClient, metrics: Metrics) -> None:
    await http.head("/v1/me", headers=ADA)
    counted = metrics.registry.get_sample_value(
        "ragline_gateway_requests_total", {"route": "/v1/me", "status": "2xx"}
    )
    assert counted == 1
