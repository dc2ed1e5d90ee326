"""Dead letters that nobody will replay are marked, so that lists and replays skip them.

Nothing is deleted: Kafka cannot delete a single record. The topic's retention removes it later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ragline.clock import Clock
from ragline.contracts.dead_letters import Handling
from ragline.contracts.topics import DEAD_LETTERS_HANDLED
from ragline.messaging.kafka_clients import open_producer, require_topics
from ragline.settings import KafkaSettings
from ragline_cli.dead_letters.journal import mark_of
from ragline_cli.dead_letters.summary import Summary
from ragline_cli.kafka.client import COMMAND_LINE
from ragline_cli.kafka.events import enqueue
from ragline_cli.kafka.extent import OnProgress, no_progress


async def execute_drop(
    kafka: KafkaSettings,
    letters: Sequence[Summary],
    reason: str | None,
    *,
    clock: Clock,
    on_progress: OnProgress = no_progress,
) -> int:
    """Mark `letters` as dropped and return how many there were; idempotent.

    Raises:
        Unavailable: no broker answers.
        Misconfigured: the journal's topic does not exist, or the broker refuses.
    """
    await require_topics(kafka, COMMAND_LINE, {DEAD_LETTERS_HANDLED.name})
    async with open_producer(kafka, COMMAND_LINE) as producer:
        for done, batch in _batches(letters):
            marks = [mark_of(s, Handling.DROPPED, at=clock(), reason=reason) for s in batch]
            for stored in [await enqueue(producer, mark) for mark in marks]:
                await stored
            on_progress("dropping", done, len(letters))
    return len(letters)


def _batches(
    letters: Sequence[Summary], size: int = 500
) -> Iterable[tuple[int, Sequence[Summary]]]:
    for start in range(0, len(letters), size):
        yield min(start + size, len(letters)), letters[start : start + size]
