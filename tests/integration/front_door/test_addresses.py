"""Where a server of ours listens, and how it ends."""

from __future__ import annotations

import asyncio
import socket

import httpx
import pytest
from starlette.applications import Starlette
from tests.patience import PATIENCE_S

from ragline.observability import http as server
from ragline.observability.http import serve_http

BOTH = ["127.0.0.1", *(["[::1]"] if socket.has_dualstack_ipv6() else [])]


@pytest.mark.parametrize(
    ("host", "reached"),
    [("*", BOTH), ("127.0.0.1", BOTH[:1]), ("0.0.0.0", BOTH[:1])],  # noqa: S104 - a loopback is asked
)
async def test_a_star_is_every_address_of_both_ip_versions(host: str, reached: list[str]) -> None:
    async with (
        serve_http(Starlette(), host=host, port=0, setting="PORT") as port,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        for address in reached:
            assert (await http.get(f"http://{address}:{port}/")).status_code == 404
        for address in set(BOTH) - set(reached):
            with pytest.raises(httpx.ConnectError):
                await http.get(f"http://{address}:{port}/")


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="needs IPv6")
async def test_an_address_of_ipv6_can_be_named() -> None:
    async with (
        serve_http(Starlette(), host="::1", port=0, setting="PORT") as port,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        assert (await http.get(f"http://[::1]:{port}/")).status_code == 404


async def test_it_ends_without_waiting_for_its_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_DATE_EVERY_S", 1e6)
    async with (
        asyncio.timeout(PATIENCE_S),
        serve_http(Starlette(), host="127.0.0.1", port=0, setting="PORT") as port,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        assert (await http.get(f"http://127.0.0.1:{port}/")).headers["date"]
