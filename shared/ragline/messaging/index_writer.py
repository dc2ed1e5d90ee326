"""Changes the indexes: one change at a time, whoever makes it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from aiokafka.errors import KafkaError, ProducerFenced

from ragline.contracts.cloudevents import encode_headers
from ragline.contracts.indexes import IndexesChanged
from ragline.contracts.topics import INDEXES
from ragline.errors import Misconfigured, Unavailable
from ragline.messaging.index_follower import IndexFollower, open_follower
from ragline.messaging.kafka_clients import ClientProfile, open_producer
from ragline.settings import KafkaSettings

# Kafka lets only the latest producer of this name write: who read the indexes before another one
# changed them is refused, and cannot undo that change
WRITER = "ragline-indexes"

_VISIBLE_WITHIN_S = 60.0

Change = Callable[[IndexesChanged], IndexesChanged]


@dataclass(frozen=True, slots=True)
class WrittenIndexes:
    """The indexes after a change, and when the broker appended it; None if nothing changed."""

    indexes: IndexesChanged
    appended_ms: int | None


async def change_indexes(
    kafka: KafkaSettings,
    profile: ClientProfile,
    change: Change,
    *,
    source: str,
    always: bool = False,
) -> WrittenIndexes:
    """Read the indexes, change them, and store that; nothing is stored if nothing changes.

    Once it returns, whoever reads the indexes reads the change.

    Args:
        kafka: the cluster.
        profile: whose client it is.
        change: returns the new indexes; what it raises is passed on.
        source: CloudEvents source of who changes them.
        always: store the same indexes once more, because the broker's time is wanted.

    Raises:
        Unavailable: Kafka does not answer, or not whether the change is stored.
        Misconfigured: somebody else changes them at the same time, or Kafka refuses.
    """
    async with (
        open_producer(kafka, profile, transactional_id=WRITER) as producer,
        open_follower(kafka) as follower,  # after that, or it would miss an earlier writer's change
    ):
        before = follower.known
        after = change(before)
        if after == before and not always:
            return WrittenIndexes(before, None)
        after = after.model_copy(update={"revision": before.revision + 1})
        value = after.to_json()
        try:
            async with producer.transaction():
                stored = await producer.send_and_wait(
                    INDEXES.name,
                    value,
                    key=after.key.encode(),
                    headers=encode_headers(after, value, source=source),
                )
        except ProducerFenced as error:
            raise Misconfigured(
                "somebody else is changing the indexes at the same time: look at "
                "`ragline reindex status`, then run the command again"
            ) from error
        except KafkaError as error:
            # A broker that is just fencing this producer says "unknown" of its transaction's end,
            # and aiokafka then stops the producer with a bare error; others say what is wrong
            if type(error) is not KafkaError:
                raise
            raise Unavailable(
                f"Kafka does not say whether the indexes are changed ({error}): look at "
                "`ragline reindex status`, then run the command again"
            ) from error
        await _until_visible(follower, after)
    return WrittenIndexes(after, stored.timestamp)


async def _until_visible(follower: IndexFollower, written: IndexesChanged) -> None:
    # the broker confirms a transaction when its end is decided; its partitions learn of it later
    try:
        async with asyncio.timeout(_VISIBLE_WITHIN_S):
            await follower.after(written.revision - 1)
    except TimeoutError as error:
        raise Unavailable(
            "the indexes are changed, but Kafka does not show it yet: look at "
            "`ragline reindex status`"
        ) from error
