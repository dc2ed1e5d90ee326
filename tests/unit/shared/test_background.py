"""What goes on beside a block ends with it, and a last call ends one way or the other."""

from __future__ import annotations

import asyncio

import pytest
from tests.patience import PATIENCE_S

from ragline import background
from ragline.background import beside, repeating, within


async def test_a_call_that_fails_is_logged_and_made_again(caplog: pytest.LogCaptureFixture) -> None:
    calls = 0
    often = asyncio.Event()

    async def call() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            often.set()
        raise RuntimeError("a bug")

    async with repeating(call, every_s=0.001), asyncio.timeout(PATIENCE_S):
        await often.wait()
    ended = calls
    await asyncio.sleep(0.01)
    assert calls == ended
    assert "a bug" in caplog.text


async def test_work_that_waits_itself_pauses_only_after_a_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        pauses.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", noted)
    outcomes = iter([None, RuntimeError("a bug"), None])
    done = asyncio.Event()

    async def call() -> None:
        outcome = next(outcomes, done)
        if outcome is done:
            done.set()
            await asyncio.Event().wait()
        if isinstance(outcome, Exception):
            raise outcome

    async with repeating(call, every_s=None), asyncio.timeout(PATIENCE_S):
        await done.wait()
    assert [seconds > 0 for seconds in pauses] == [False, True, False]


class Deaf:
    """Takes its first cancellations for something else, as clients of Redis may."""

    def __init__(self, *, to: int) -> None:
        self.begun = asyncio.Event()
        self.left = to

    async def __call__(self) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if not self.left:
                raise
            self.left -= 1


async def test_a_call_that_takes_the_cancellation_for_something_else_is_not_made_again() -> None:
    call = Deaf(to=1)
    async with asyncio.timeout(PATIENCE_S):
        async with repeating(call, every_s=0):
            await call.begun.wait()
    assert call.left == 0


async def test_work_that_goes_on_after_a_cancellation_is_cancelled_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(background, "_CANCEL_AGAIN_S", 0.01)
    call = Deaf(to=2)

    async def work() -> None:
        while True:
            await call()

    async with asyncio.timeout(PATIENCE_S):
        async with beside(work()):
            await call.begun.wait()
    assert call.left == 0


async def test_work_beside_a_block_ends_with_it() -> None:
    events: list[str] = []

    async def work() -> None:
        try:
            events.append("begun")
            await asyncio.Event().wait()
        finally:
            events.append("ended")

    async with beside(work()):
        await asyncio.sleep(0)
        events.append("block")
    assert events == ["begun", "block", "ended"]


async def test_what_the_work_raised_is_raised_at_the_end_of_the_block() -> None:
    ended = False

    async def work() -> None:
        raise KeyError("a bug")

    async def block() -> None:
        nonlocal ended
        async with beside(work()):
            await asyncio.sleep(0)
            ended = True

    with pytest.raises(KeyError, match="a bug"):
        await block()
    assert ended


async def test_a_last_call_that_ends_in_time_is_made() -> None:
    made = asyncio.Event()

    async def call() -> None:
        await asyncio.sleep(0)
        made.set()

    assert await within(5, call())
    assert made.is_set()


async def test_a_last_call_without_end_is_given_up() -> None:
    given_up = False

    async def call() -> None:
        nonlocal given_up
        try:
            await asyncio.Event().wait()
        finally:
            given_up = True

    assert not await within(0.001, call())
    assert given_up


async def test_a_last_call_that_fails_says_how() -> None:
    async def call() -> None:
        raise ConnectionError("refused")

    with pytest.raises(ConnectionError, match="refused"):
        await within(5, call())


async def test_whoever_waits_for_a_last_call_can_be_cancelled() -> None:
    waiting = asyncio.create_task(within(60, asyncio.Event().wait()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
