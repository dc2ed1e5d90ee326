"""There are fewer slots than work: tenants take turns."""

from __future__ import annotations

import asyncio
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ragline.fairness.turns import Turns

TENANTS = st.sampled_from("abc")


async def settled() -> None:
    """Let every task run until it waits."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_newcomer_is_next_however_many_of_another_wait() -> None:
    turns = Turns(1)
    started: list[str] = []

    async def work(tenant: str, name: str) -> None:
        async with turns.turn(tenant):
            started.append(name)
            await asyncio.sleep(0)

    loud = [asyncio.create_task(work("loud", f"loud {n}")) for n in range(5)]
    quiet = asyncio.create_task(work("quiet", "quiet"))
    await asyncio.gather(*loud, quiet)
    assert started[:3] == ["loud 0", "loud 1", "quiet"]
    assert sorted(started) == sorted([*(f"loud {n}" for n in range(5)), "quiet"])


async def test_a_tenant_that_holds_nothing_need_not_wait_for_the_end_of_anothers_work() -> None:
    turns = Turns(2, spare=1)
    for _ in range(2):
        await turns.take("loud")
    third = asyncio.create_task(turns.take("loud"))
    await settled()
    async with asyncio.timeout(1):
        await turns.take("quiet")
    assert not third.done()
    second = asyncio.create_task(turns.take("quiet"))
    await settled()
    assert not second.done()
    turns.give_back("quiet")
    await settled()
    assert second.done()
    assert not third.done()
    turns.give_back("loud")
    turns.give_back("loud")
    await settled()
    assert third.done()


async def test_nobody_starts_while_it_is_paused() -> None:
    paused = True
    turns = Turns(2, paused=lambda: paused)
    waiting = asyncio.create_task(turns.take("a"))
    await settled()
    assert not waiting.done()
    paused = False
    turns.release()
    await settled()
    assert waiting.done()


async def test_who_waits_is_told_that_the_line_moves() -> None:
    turns = Turns(1)
    moves: list[str] = []
    await turns.take("a")
    waiting = asyncio.create_task(turns.take("b", moved=lambda: moves.append("b")))
    last = asyncio.create_task(turns.take("c", moved=lambda: moves.append("c")))
    await settled()
    assert not moves
    turns.give_back("a")
    await waiting
    turns.give_back("b")
    await last
    assert moves.count("c") == 2
    turns.give_back("c")
    assert moves.count("c") == 2


@given(st.lists(st.tuples(TENANTS, st.booleans()), max_size=30), st.integers(1, 3), st.data())
async def test_slots_are_neither_lost_nor_held_by_too_many(
    wanted: list[tuple[str, bool]], slots: int, data: st.DataObject
) -> None:
    spare = data.draw(st.integers(0, 2))
    turns = Turns(slots, spare=spare)
    working: Counter[str] = Counter()
    done: list[str] = []

    async def work(tenant: str) -> None:
        async with turns.turn(tenant):
            working[tenant] += 1
            try:
                assert working.total() <= slots + spare
                await asyncio.sleep(0)
            finally:
                working[tenant] -= 1
            done.append(tenant)

    tasks = [asyncio.create_task(work(tenant)) for tenant, _ in wanted]
    for _ in range(data.draw(st.integers(0, 4))):
        await asyncio.sleep(0)
    for task, (_, given_up) in zip(tasks, wanted, strict=True):
        if given_up:
            task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert turns.held == len(turns) == 0
    assert Counter(done) >= Counter(tenant for tenant, given_up in wanted if not given_up)
