"""The ingestors of an index: the groups they read in, and whether any runs or ever did."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from ragline.contracts.indexes import BASE_INDEX
from ragline.contracts.topics import (
    DOCUMENT_ACCESS,
    DOCUMENTS,
    DOCUMENTS_OCR,
    RETRIES,
    Service,
    consumer_group,
)
from ragline.errors import Misconfigured, Unavailable
from ragline.messaging.lag import GroupTopic, LagReader

TOPICS = (DOCUMENTS, DOCUMENT_ACCESS, *RETRIES, DOCUMENTS_OCR)
_LOOK_S = 0.1


def groups(index: str) -> Sequence[GroupTopic]:
    """Return the groups in which an index's ingestor reads."""
    return [
        GroupTopic(group=consumer_group(Service.INGESTOR, topic, index=index), topic=topic.name)
        for topic in TOPICS
    ]


async def require_none_before(reader: LagReader, index: str) -> None:
    """Require a name that no ingestor has read for: a new one would go on where it ended.

    Raises:
        Misconfigured: Kafka has offsets of the index's groups.
        KafkaError: the broker does not answer.
    """
    for each in groups(index):
        if await reader.committed(each):
            raise Misconfigured(
                f"an index {index} was there before, and Kafka still knows how far it was read: "
                f"choose another name, for example {index}-2"
            )


async def until_none_runs(reader: LagReader, index: str, *, seconds: float) -> None:
    """Wait until no ingestor writes to an index.

    Raises:
        Unavailable: some still run after `seconds`.
        KafkaError: the broker does not answer.
    """
    until = time.monotonic() + seconds
    while True:
        members = max([await reader.members(each.group) for each in groups(index)])
        if not members:
            return
        if time.monotonic() > until:
            env = "" if index == BASE_INDEX else f" (RAGLINE_INGESTOR__INDEX={index})"
            raise Unavailable(
                f"{members} ingestors of index {index} still run{env}: stop them, then run this "
                "again"
            )
        await asyncio.sleep(_LOOK_S)
