"""What is known of the indexes only gets newer, and who waits is told."""

from __future__ import annotations

import asyncio

from ragline.contracts.indexes import IndexesChanged
from ragline.messaging.index_follower import IndexFollower


async def test_who_waits_for_a_change_is_told_once_it_comes() -> None:
    follower = IndexFollower()
    waiting = asyncio.create_task(follower.after(0))
    await asyncio.sleep(0)
    assert not waiting.done()
    follower.tell(IndexesChanged(revision=1, live="new"))
    assert (await waiting).live == "new"
    assert (await follower.after(0)).revision == 1


def test_an_older_record_changes_nothing() -> None:
    follower = IndexFollower()
    follower.tell(IndexesChanged(revision=2, live="two"))
    follower.tell(IndexesChanged(revision=1, live="one"))
    assert follower.known.live == "two"
