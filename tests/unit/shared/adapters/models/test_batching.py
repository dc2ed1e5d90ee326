"""The micro-batcher: concurrent callers share batches, and never each other's trouble."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.patience import PATIENCE_S

from ragline.adapters.models.batching import MicroBatcher
from ragline.errors import Unavailable


class Model:
    """Doubles numbers, remembers its batches, and fails on what it is told to."""

    def __init__(self, *, bad: frozenset[int] = frozenset(), held: bool = False) -> None:
        self.batches: list[list[int]] = []
        self.running = 0
        self.most_running = 0
        self.began = asyncio.Semaphore(0)
        self.free = asyncio.Event()
        self._bad = bad
        if not held:
            self.free.set()

    async def run(self, items: list[int]) -> Sequence[int]:
        self.batches.append(items)
        self.began.release()
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            await self.free.wait()
            await asyncio.sleep(0)
            if bad := self._bad.intersection(items):
                raise ValueError(f"bad: {sorted(bad)}")
            return [item * 2 for item in items]
        finally:
            self.running -= 1


async def test_concurrent_callers_share_one_batch() -> None:
    model = Model()
    async with MicroBatcher(model.run, max_size=32, max_wait=0.002) as batcher:
        assert await batcher.submit_many(range(10)) == [i * 2 for i in range(10)]
    assert model.batches == [list(range(10))]


async def test_a_full_batch_does_not_wait_for_company() -> None:
    model = Model()
    async with MicroBatcher(model.run, max_size=4, max_wait=3_600) as batcher:
        async with asyncio.timeout(PATIENCE_S):
            await batcher.submit_many(range(4))
    assert model.batches == [[0, 1, 2, 3]]


async def test_one_caller_waits_at_most_max_wait() -> None:
    async with MicroBatcher(Model().run, max_size=32, max_wait=0.001) as batcher:
        async with asyncio.timeout(PATIENCE_S):
            assert await batcher.submit(21) == 42


async def test_what_arrives_while_a_batch_runs_forms_the_next_one() -> None:
    model = Model(held=True)
    async with MicroBatcher(model.run, max_size=8, max_wait=0.0) as batcher:
        first = asyncio.create_task(batcher.submit(0))
        await model.began.acquire()
        others = asyncio.create_task(batcher.submit_many([1, 2, 3]))
        await asyncio.sleep(0.01)
        model.free.set()
        assert await first == 0
        assert await others == [2, 4, 6]
    assert model.batches == [[0], [1, 2, 3]]


async def test_a_caller_that_gives_up_costs_no_model_time_and_harms_nobody() -> None:
    model = Model(held=True)
    async with MicroBatcher(model.run, max_size=32, max_wait=0.0) as batcher:
        running = asyncio.create_task(batcher.submit(0))
        await model.began.acquire()
        quitter, patient = (asyncio.create_task(batcher.submit(i)) for i in (1, 2))
        await asyncio.sleep(0)
        quitter.cancel()
        model.free.set()
        assert await running == 0
        assert await patient == 4
        with pytest.raises(asyncio.CancelledError):
            await quitter
    assert model.batches == [[0], [2]]


async def test_a_caller_that_gives_up_while_its_batch_runs_harms_nobody() -> None:
    model = Model(held=True)
    async with MicroBatcher(model.run, max_size=32, max_wait=0.002) as batcher:
        quitter, patient = (asyncio.create_task(batcher.submit(i)) for i in (1, 2))
        await model.began.acquire()
        quitter.cancel()
        model.free.set()
        assert await patient == 4


async def test_a_bad_item_fails_alone() -> None:
    model = Model(bad=frozenset({2}))
    async with MicroBatcher(model.run, max_size=32, max_wait=0.002) as batcher:
        calls = [batcher.submit(i) for i in range(4)]
        results = await asyncio.gather(*calls, return_exceptions=True)
    assert [r for r in results if not isinstance(r, Exception)] == [0, 2, 6]
    assert str(results[2]) == "bad: [2]"


async def test_a_result_too_few_is_an_error_not_a_hang() -> None:
    async def forgetful(items: list[int]) -> list[int]:
        return items[1:]

    async with MicroBatcher(forgetful, max_size=32, max_wait=0.002) as batcher:
        with pytest.raises(ValueError, match="shorter"):
            await batcher.submit(1)


async def test_the_queue_is_bounded() -> None:
    model = Model(held=True)
    async with MicroBatcher(model.run, max_size=1, max_wait=0.0, max_pending=2) as batcher:
        calls = [asyncio.create_task(batcher.submit(i)) for i in range(5)]
        await model.began.acquire()
        await asyncio.sleep(0.01)
        assert len(batcher) == 1  # one runs, one waits, three wait outside for a place
        model.free.set()
        assert await asyncio.gather(*calls) == [0, 2, 4, 6, 8]


async def test_closing_answers_those_that_wait_and_refuses_new_ones() -> None:
    model = Model(held=True)
    batcher = MicroBatcher(model.run, max_size=2, max_wait=3_600)
    await batcher.__aenter__()
    waiting = asyncio.create_task(batcher.submit_many([1, 2, 3]))
    await model.began.acquire()
    closing = asyncio.create_task(batcher.aclose())
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await batcher.submit(4)
    model.free.set()
    await closing
    assert await waiting == [2, 4, 6]


async def test_a_close_that_is_cut_short_leaves_nobody_waiting() -> None:
    model = Model(held=True)
    batcher = MicroBatcher(model.run, max_size=1, max_wait=0.002)
    await batcher.__aenter__()
    calls = [asyncio.create_task(batcher.submit(i)) for i in (1, 2)]
    await model.began.acquire()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(batcher.aclose(), timeout=0.01)
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)


async def test_a_batcher_that_is_not_open_refuses() -> None:
    with pytest.raises(Unavailable):
        await MicroBatcher(Model().run, max_size=32, max_wait=0.002).submit(1)


@given(
    items=st.lists(st.integers(0, 50), max_size=80),
    bad=st.frozensets(st.integers(0, 50), max_size=5),
    max_size=st.integers(1, 9),
    pauses=st.lists(st.booleans(), min_size=80, max_size=80),
)
def test_everyone_gets_their_own_result_one_batch_at_a_time(
    items: list[int], bad: frozenset[int], max_size: int, pauses: list[bool]
) -> None:
    async def scenario() -> None:
        model = Model(bad=bad)
        async with MicroBatcher(model.run, max_size=max_size, max_wait=0.0) as batcher:
            calls = []
            for item, pause in zip(items, pauses, strict=False):
                calls.append(asyncio.create_task(batcher.submit(item)))
                if pause:
                    await asyncio.sleep(0)
            results = await asyncio.gather(*calls, return_exceptions=True)
        for item, result in zip(items, results, strict=True):
            assert isinstance(result, ValueError) if item in bad else result == item * 2
        assert all(len(batch) <= max_size for batch in model.batches)
        assert model.most_running <= 1

    asyncio.run(scenario())
