"""The others wait until the whole group has read the first topic, and no longer."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka import TopicPartition

from ragline.contracts.topics import DOCUMENT_ACCESS
from ragline.messaging.head_start import HeadStart

FIRST, SECOND = (TopicPartition("document-access", number) for number in (0, 1))
ENDS = {FIRST: 10, SECOND: 5}


async def test_without_a_topic_nobody_waits() -> None:
    head_start = HeadStart()
    await head_start.wait()
    assert (head_start.over, head_start.problem()) == (True, None)
    assert not head_start.concerns("document-access")


@pytest.mark.parametrize("committed", [{}, {FIRST: 10}, {FIRST: 99, SECOND: 4}])
async def test_each_partition_must_be_read(committed: dict[TopicPartition, int]) -> None:
    head_start = HeadStart(DOCUMENT_ACCESS)
    head_start.saw(committed, ENDS)
    assert not head_start.over
    assert head_start.concerns("document-access")
    assert not head_start.concerns("documents")


async def test_it_says_how_far_it_is_and_ends_once_for_all() -> None:
    head_start = HeadStart(DOCUMENT_ACCESS)
    waiting = asyncio.create_task(head_start.wait())
    assert "document-access" in (head_start.problem() or "")
    head_start.saw({FIRST: 9, SECOND: 2}, ENDS)
    assert "4 offsets to go" in (head_start.problem() or "")
    head_start.saw({FIRST: 12, SECOND: 5}, ENDS)
    await waiting
    head_start.saw({}, ENDS)  # later resets do not stop what runs
    assert (head_start.over, head_start.problem()) == (True, None)
