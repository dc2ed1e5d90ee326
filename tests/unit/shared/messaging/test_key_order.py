"""A record waits for the last one of its key that is still there."""

from __future__ import annotations

import asyncio

from ragline.messaging.key_order import KeyOrder


async def test_the_last_one_that_remains_is_waited_for() -> None:
    order = KeyOrder()
    first, second, other = (asyncio.create_task(asyncio.sleep(0)) for _ in range(3))
    assert order.last(b"k") is None
    order.add(b"k", first)
    order.add(b"k", second)
    order.add(b"other", other)
    assert order.last(b"k") is second
    order.remove(b"k", second)  # given up while the first still runs
    assert order.last(b"k") is first
    order.remove(b"k", first)
    order.remove(b"other", other)
    assert order.last(b"k") is None
    assert len(order) == 0
    await asyncio.gather(first, second, other)
