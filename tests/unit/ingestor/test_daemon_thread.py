"""Calls that hang keep nothing but their own place."""

from __future__ import annotations

import asyncio
import threading

import pytest

from ragline_ingestor.daemon_thread import DaemonThreads


async def test_a_call_returns_or_raises() -> None:
    threads = DaemonThreads(at_once=1)
    assert await threads.run(lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        await threads.run(lambda: 1 / 0)
    assert await threads.run(str) == ""


async def test_a_call_that_hangs_holds_its_place_and_neither_the_others_nor_the_end() -> None:
    threads, hangs = DaemonThreads(at_once=2), threading.Event()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(threads.run(hangs.wait), 0.01)
    assert await threads.run(lambda: "read") == "read"
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(threads.run(hangs.wait), 0.01)
    waiting = asyncio.create_task(threads.run(lambda: "read later"))
    await asyncio.sleep(0)
    assert not waiting.done()
    hangs.set()
    assert await waiting == "read later"


def test_the_loop_ends_although_a_call_does_not() -> None:
    hangs = threading.Event()

    async def read() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(DaemonThreads(at_once=1).run(hangs.wait), 0.01)

    ended = threading.Thread(target=lambda: asyncio.run(read()))
    ended.start()
    ended.join(60)
    assert not ended.is_alive()
    hangs.set()
