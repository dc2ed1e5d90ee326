"""A model that comes late is waited for in the background; one that never can is an error."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from tests.patience import PATIENCE_S

from ragline.adapters.models import late as module
from ragline.adapters.models.late import LateModel, open_late
from ragline.errors import Misconfigured, Unavailable


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_FIRST_S", "_MOST_S", "_JITTER_S"):
        monkeypatch.setattr(module, name, 0.0)


class Openings:
    """Opens "model" after the given outcomes; waits at an outcome that is an event."""

    def __init__(self, *outcomes: Exception | asyncio.Event) -> None:
        self._outcomes = list(outcomes)
        self.opened = 0
        self.open = False

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[str]:
        self.opened += 1
        if self._outcomes:
            outcome = self._outcomes.pop(0)
            if isinstance(outcome, Exception):
                raise outcome
            await outcome.wait()
        self.open = True
        yield "model"
        self.open = False


async def until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0)


async def test_a_model_at_hand_is_there_from_the_start() -> None:
    openings = Openings()
    async with open_late("it", openings, without="nothing is scored") as late:
        assert late.get() == "model"
        assert late.missing() is None
    assert not openings.open
    assert openings.opened == 1


@pytest.mark.parametrize(
    "later",
    [(), (Unavailable("the hub is down"),), (Misconfigured("denied"), RuntimeError("no memory"))],
)
async def test_a_missing_model_comes_in_the_background(
    later: Sequence[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    gate = asyncio.Event()
    openings = Openings(Unavailable("no network"), *later, gate)
    with caplog.at_level(logging.WARNING):
        async with open_late("it", openings, without="nothing is scored") as late:
            assert late.missing() == "no network"
            with pytest.raises(Unavailable, match="no network"):
                late.get()
            await until(lambda: openings.opened == len(later) + 2)
            assert late.missing() == str((Unavailable("no network"), *later)[-1])
            gate.set()
            await until(lambda: late.missing() is None)
            assert late.get() == "model"
    assert not openings.open
    assert caplog.messages[0] == "nothing is scored until it is there: no network"


async def test_the_end_does_not_wait_for_a_model_that_never_comes() -> None:
    openings = Openings(Unavailable("no network"), asyncio.Event())
    async with asyncio.timeout(PATIENCE_S), open_late("it", openings, without="x") as late:
        await until(lambda: openings.opened == 2)
    assert late.missing() == "no network"


async def test_a_mistake_in_the_settings_ends_the_start() -> None:
    with pytest.raises(Misconfigured, match="two scores"):
        async with open_late("it", Openings(Misconfigured("two scores")), without="x"):
            pass


def test_before_the_first_attempt_it_is_being_loaded() -> None:
    assert LateModel[str]().missing() == "it is being loaded"
