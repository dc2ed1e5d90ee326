"""JWTs against a real server of keys: rotation, outages, and answers that are none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from tests.integration.front_door.conftest import Serve, serving
from tests.unit.gateway.access.issuer import AUDIENCE, ISSUER, Issuer, bearer

from ragline.errors import Unavailable
from ragline_cli.stack.ports import choose_port
from ragline_gateway.access import signing_keys
from ragline_gateway.access.authenticator import Authenticator, open_authenticator
from ragline_gateway.access.jwks import fetch_key_set
from ragline_gateway.problems import InvalidCredentials
from ragline_gateway.settings import GatewayGroup


class KeyServer:
    """Serves an issuer's keys, and counts how often it is asked."""

    def __init__(self) -> None:
        self.issuer = Issuer()
        self.issuer.add("first")
        self.asked = 0
        self.app = Starlette(routes=[Route("/keys", self._keys)])

    async def _keys(self, _: Request) -> Response:
        self.asked += 1
        return Response(json.dumps(self.issuer.document()), media_type="application/json")


@pytest.fixture
def keys() -> KeyServer:
    return KeyServer()


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fetch again after 0.2 s, where ten seconds are usual."""
    monkeypatch.setattr(signing_keys, "_PAUSE_S", 0.2)


@asynccontextmanager
async def opened(url: str, **changes: Any) -> AsyncIterator[Authenticator]:
    settings = GatewayGroup(
        jwks_url=f"{url}/keys", jwt_issuer=ISSUER, jwt_audience=AUDIENCE, **changes
    )
    async with open_authenticator(settings) as authenticator:
        yield authenticator


async def subject(authenticator: Authenticator, token: str) -> str:
    return (await authenticator.admit(bearer(token))).subject


async def test_one_look_at_the_keys_serves_many_tokens(serve: Serve, keys: KeyServer) -> None:
    async with opened(await serve(keys.app)) as authenticator:
        tokens = [keys.issuer.token("first", sub=f"user-{n}") for n in range(20)]
        found = await asyncio.gather(*(subject(authenticator, token) for token in tokens))
    assert found == [f"jwt:user-{n}" for n in range(20)]
    assert keys.asked == 1


async def test_a_rotated_key_counts_at_once_and_the_old_one_until_it_is_withdrawn(
    serve: Serve, keys: KeyServer
) -> None:
    async with opened(await serve(keys.app), jwks_refresh_s=0.5) as authenticator:
        old = keys.issuer.token("first")
        assert await subject(authenticator, old) == "jwt:ada"
        await asyncio.sleep(0.25)
        keys.issuer.add("second", "EdDSA")
        assert await subject(authenticator, keys.issuer.token("second")) == "jwt:ada"
        assert await subject(authenticator, old) == "jwt:ada"
        del keys.issuer.private["first"]
        await asyncio.sleep(0.55)
        with pytest.raises(InvalidCredentials):
            await authenticator.admit(bearer(old))


async def test_made_up_keys_do_not_make_the_gateway_ask_for_each(
    serve: Serve, keys: KeyServer
) -> None:
    stranger = Issuer()
    stranger.add("none")
    async with opened(await serve(keys.app)) as authenticator:
        assert await subject(authenticator, keys.issuer.token("first"))
        for _ in range(50):
            with pytest.raises(InvalidCredentials):
                await authenticator.admit(bearer(stranger.token("none")))
    assert keys.asked <= 2


async def test_an_issuer_that_is_down_lets_nobody_in_until_it_is_back(keys: KeyServer) -> None:
    port = choose_port(0)
    token = keys.issuer.token("first")
    async with opened(f"http://127.0.0.1:{port}") as authenticator:
        with pytest.raises(Unavailable):
            await authenticator.admit(bearer(token))
        async with serving(keys.app, port=port):
            await asyncio.sleep(0.25)
            assert await subject(authenticator, token) == "jwt:ada"
        # gone again: its keys are known
        assert await subject(authenticator, token) == "jwt:ada"


async def test_keys_grow_too_old_when_the_issuer_stays_away(keys: KeyServer) -> None:
    token = keys.issuer.token("first")
    async with serving(keys.app) as url:
        door_of = opened(url, jwks_refresh_s=0.3, jwks_max_age_s=1.0)
        authenticator = await door_of.__aenter__()
        assert await subject(authenticator, token) == "jwt:ada"
    await asyncio.sleep(0.5)
    assert await subject(authenticator, token) == "jwt:ada"
    await asyncio.sleep(0.6)
    with pytest.raises(Unavailable):
        await authenticator.admit(bearer(token))
    await door_of.__aexit__(None, None, None)


async def endless(_: Request) -> Response:
    return Response(b" " * 1_100_000 + b'{"keys": []}')


async def slow(_: Request) -> Response:
    await asyncio.sleep(30)
    return Response()


ANSWERS = {
    "/html": lambda _: Response("<html>sign in</html>"),
    "/other": lambda _: Response('{"error": "x"}'),
    "/deep": lambda _: Response("[" * 100_000),
    "/bytes": lambda _: Response(b"\xff\xfe"),
    "/500": lambda _: Response('{"keys": []}', status_code=500),
    "/moved": lambda _: RedirectResponse("/html"),
    "/endless": endless,
}


@pytest.mark.parametrize("path", ANSWERS)
async def test_what_is_no_key_set_is_told_as_an_outage(serve: Serve, path: str) -> None:
    url = await serve(Starlette(routes=[Route(at, answer) for at, answer in ANSWERS.items()]))
    async with httpx.AsyncClient() as http:
        with pytest.raises(Unavailable, match="RAGLINE_GATEWAY__JWKS_URL") as caught:
            await fetch_key_set(http, f"{url}{path}?secret=hunter2")
    assert "hunter2" not in str(caught.value)


async def test_an_issuer_that_hangs_is_not_waited_for(
    serve: Serve, keys: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ragline_gateway.access.jwks._FETCH_S", 0.2)
    url = await serve(Starlette(routes=[Route("/keys", slow)]))
    async with opened(url) as authenticator, asyncio.timeout(20):
        with pytest.raises(Unavailable):
            await authenticator.admit(bearer(keys.issuer.token("first")))
