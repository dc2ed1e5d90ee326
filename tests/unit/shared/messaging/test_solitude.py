"""A record that is alone in its process."""

from __future__ import annotations

import asyncio

from ragline.messaging.solitude import Solitude


async def turns(count: int = 10) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_nobody_waits_while_nobody_is_alone() -> None:
    await Solitude().over()


async def test_it_begins_when_nothing_is_in_work_any_more() -> None:
    solitude, working, told = Solitude(), [2], list[bool]()
    solitude.watch(lambda: working[0], lambda: told.append(solitude.taken))
    begun = asyncio.Event()

    async def trial() -> None:
        async with solitude.alone():
            begun.set()

    task = asyncio.create_task(trial())
    await turns()
    assert not begun.is_set()
    working[0] = 0
    await task
    assert begun.is_set()
    assert told == [False]  # who waits may go on


async def test_others_wait_until_it_is_over_and_what_it_starts_does_not() -> None:
    solitude, order = Solitude(), list[str]()

    async def other() -> None:
        await solitude.over()
        order.append("other")

    async def own() -> None:
        await solitude.over()
        order.append(f"own, {solitude.here}")

    waiting: list[asyncio.Task[None]] = []

    async def trial() -> None:
        async with solitude.alone():
            asyncio.get_running_loop().call_soon(start_other)
            await turns()
            await asyncio.create_task(own())
            order.append("end")

    outside = asyncio.Queue[None]()

    def start_other() -> None:
        outside.put_nowait(None)

    async def starter() -> None:
        await outside.get()
        waiting.append(asyncio.create_task(other()))

    started = asyncio.create_task(starter())
    await trial()
    await started
    await asyncio.gather(*waiting)
    assert order == ["own, True", "end", "other"]


async def test_two_are_never_alone_together() -> None:
    solitude, inside = Solitude(), [0]

    async def trial() -> None:
        async with solitude.alone():
            inside[0] += 1
            assert inside[0] == 1
            await turns()
            inside[0] -= 1

    await asyncio.gather(*(trial() for _ in range(5)))
