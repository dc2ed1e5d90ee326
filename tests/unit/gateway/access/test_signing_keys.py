"""When the issuer's keys are fetched, and what counts while they cannot be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from tests.unit.gateway.access.issuer import Issuer, Watch

from ragline.errors import Unavailable
from ragline_gateway.access.jwks import KeySet
from ragline_gateway.access.signing_keys import SigningKeys


class World:
    """An issuer that may be away or slow, and how often it was asked."""

    def __init__(self, issuer: Issuer, watch: Watch) -> None:
        self.issuer = issuer
        self.fetches = 0
        self.away = False
        self.slow: asyncio.Event | None = None
        self.keys = SigningKeys(self._fetch, refresh_s=300, max_age_s=3_600, clock=watch)

    async def _fetch(self) -> KeySet:
        self.fetches += 1
        if self.slow is not None:
            await self.slow.wait()
        if self.away:
            raise Unavailable("away")
        return self.issuer.keys()

    async def knows(self, key_id: str | None) -> bool:
        return await self.keys.find(key_id, "ES256") is not None


@pytest.fixture
def world(new_issuer: Callable[[], Issuer], watch: Watch) -> World:
    issuer = new_issuer()
    issuer.add("a")
    return World(issuer, watch)


async def test_keys_are_fetched_once_for_all(world: World) -> None:
    assert all(await asyncio.gather(*(world.knows("a") for _ in range(20))))
    assert world.fetches == 1


async def test_a_key_that_is_not_known_yet_is_fetched(world: World, watch: Watch) -> None:
    assert await world.knows("a")
    world.issuer.add("b")
    watch.now += 10
    assert await world.knows("b")
    assert world.fetches == 2


async def test_made_up_key_ids_cost_the_issuer_one_request_in_ten_seconds(
    world: World, watch: Watch
) -> None:
    for number in range(100):
        watch.now += 0.25
        assert not await world.knows(f"none-{number}")
    assert world.fetches == 3


async def test_a_key_that_was_withdrawn_stops_counting_after_the_next_fetch(
    world: World, watch: Watch
) -> None:
    assert await world.knows("a")
    del world.issuer.private["a"]
    watch.now += 299
    assert await world.knows("a")
    watch.now += 1
    assert not await world.knows("a")


async def test_known_keys_count_for_an_hour_while_the_issuer_is_away(
    world: World, watch: Watch
) -> None:
    assert await world.knows("a")
    world.away = True
    watch.now += 3_599
    assert await world.knows("a")
    watch.now += 1
    with pytest.raises(Unavailable):
        await world.knows("a")
    world.away = False
    watch.now += 10
    assert await world.knows("a")


async def test_nobody_can_tell_of_an_unknown_key_while_the_issuer_is_away(
    world: World, watch: Watch
) -> None:
    assert await world.knows("a")
    world.away = True
    watch.now += 10
    for _ in range(5):
        with pytest.raises(Unavailable):
            await world.knows("b")
    assert world.fetches == 2


async def test_an_issuer_that_was_never_there_lets_nobody_in(world: World, watch: Watch) -> None:
    world.away = True
    for _ in range(5):
        with pytest.raises(Unavailable):
            await world.knows("a")
    assert world.fetches == 1
    world.away = False
    watch.now += 10
    assert await world.knows("a")


async def test_while_keys_are_renewed_the_ones_before_serve_the_others(
    world: World, watch: Watch
) -> None:
    assert await world.knows("a")
    watch.now += 300
    world.slow = asyncio.Event()
    first = asyncio.create_task(world.knows("a"))
    await asyncio.sleep(0)
    assert await world.knows("a")
    assert not first.done()
    world.slow.set()
    assert await first


async def test_a_token_without_a_key_id_means_the_only_key(world: World, watch: Watch) -> None:
    assert await world.knows(None)
    world.issuer.add("b")
    watch.now += 300
    assert not await world.knows(None)
