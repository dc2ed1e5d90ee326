"""A call returns in time, whatever its client does; what is left of it harms nobody."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from ragline.adapters.circuit.bounded_calls import BoundedCalls, allowed
from ragline.errors import Unavailable
from ragline.observability.metrics import Metrics


class Client:
    """A client that hangs until it is reconnected, and ignores that it is cancelled."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.calls = BoundedCalls(
            "store", metrics=self.metrics, reconnect=self.reconnect, grace_s=0.02
        )
        self.reconnects = 0
        self.answers = asyncio.Event()

    async def reconnect(self) -> None:
        self.reconnects += 1

    async def hang(self, *, seconds: float = 0.01, error: Exception | None = None) -> str:
        with allowed(seconds):
            while not self.answers.is_set():
                with suppress(asyncio.CancelledError):
                    await self.answers.wait()
        if error is not None:
            raise error
        return "late"

    @property
    def abandoned(self) -> float:
        labels = {"dependency": "store"}
        return self.metrics.registry.get_sample_value("ragline_calls_abandoned_total", labels) or 0


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    client = Client()
    yield client
    client.answers.set()  # the loop waits for its tasks when it is closed


async def test_a_result_and_an_error_pass_through(client: Client) -> None:
    async def answer() -> str:
        with allowed(1.0):
            return "answer"

    async def fail() -> str:
        raise ValueError("no")

    assert await client.calls.run(answer()) == "answer"
    with pytest.raises(ValueError, match="no"):
        await client.calls.run(fail())
    assert client.abandoned == 0


async def test_what_does_not_end_is_abandoned_and_its_connection_dropped(client: Client) -> None:
    with pytest.raises(Unavailable, match="ignored its time limit"):
        await client.calls.run(client.hang())
    assert (client.abandoned, client.reconnects) == (1, 1)


async def test_steps_have_their_limits_one_after_the_other(client: Client) -> None:
    async def steps() -> str:
        for _ in range(4):
            with allowed(0.03):
                await asyncio.sleep(0.02)
        return "four steps, each in time"

    assert await client.calls.run(steps()) == "four steps, each in time"


async def test_a_step_cannot_allow_itself_more_than_what_it_is_in(client: Client) -> None:
    async def nested() -> str:
        with allowed(0.01):
            return await client.hang(seconds=60)

    with pytest.raises(Unavailable):
        await client.calls.run(nested())


async def test_calls_that_hang_together_reconnect_once(client: Client) -> None:
    results = await asyncio.gather(
        *(client.calls.run(client.hang()) for _ in range(5)), return_exceptions=True
    )
    assert all(isinstance(each, Unavailable) for each in results)
    assert (client.abandoned, client.reconnects) == (5, 1)


async def test_a_caller_that_gives_up_is_let_go(client: Client) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await client.calls.run(client.hang(seconds=60))
    assert (client.abandoned, client.reconnects) == (1, 1)


async def test_a_caller_that_gives_up_waits_for_a_client_that_ends_properly(
    client: Client,
) -> None:
    ended: list[str] = []

    async def tidy() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError as error:
            await asyncio.sleep(0)
            ended.append(str(error))
            raise

    call = asyncio.create_task(client.calls.run(tidy()))
    await asyncio.sleep(0.01)
    call.cancel("not wanted")
    with pytest.raises(asyncio.CancelledError, match="not wanted"):
        await call
    assert ended == ["not wanted"]
    assert client.abandoned == 0


async def test_an_abandoned_call_that_fails_later_is_not_logged(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Unavailable):
        await client.calls.run(client.hang(error=OSError("the connection was dropped")))
    client.answers.set()
    with caplog.at_level(logging.ERROR):
        while client.calls._abandoned:
            await asyncio.sleep(0)
        gc.collect()
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []


async def test_calls_that_never_end_are_few(client: Client) -> None:
    many = (client.calls.run(client.hang()) for _ in range(64))
    await asyncio.gather(*many, return_exceptions=True)
    assert client.calls.problem() == "64 calls of store never returned"
    with pytest.raises(Unavailable, match="restart"):
        await client.calls.run(client.hang())
    assert client.abandoned == 64

    client.answers.set()
    while client.calls.problem():
        await asyncio.sleep(0)
    assert await client.calls.run(client.hang()) == "late"


async def test_a_reconnect_that_fails_or_hangs_holds_nobody_up(client: Client) -> None:
    async def failing() -> None:
        raise OSError("away")

    async def hanging() -> None:
        await asyncio.sleep(60)

    for reconnect in (failing, hanging):
        calls = BoundedCalls("store", metrics=Metrics(), reconnect=reconnect, grace_s=0.02)
        with pytest.raises(Unavailable, match="ignored"):
            await calls.run(client.hang())
