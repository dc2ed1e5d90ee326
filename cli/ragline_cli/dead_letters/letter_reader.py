"""Reading `dead-letters` from where it matters to where it ended; no consumer group, no commits."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiokafka import AIOKafkaConsumer

from ragline_cli.dead_letters.filters import LetterFilters
from ragline_cli.dead_letters.letter import DeadLetter, read_letter
from ragline_cli.kafka.extent import Extent, OnProgress, read_extent, since, whole


async def extent_of(consumer: AIOKafkaConsumer, topic: str, filters: LetterFilters) -> Extent:
    """Return where dead letters that `filters` mean can lie, up to what is on the topic now."""
    extent = await whole(consumer)
    if filters.ids is not None:
        return extent.narrowed(topic, filters.ids)
    return extent if filters.since is None else await since(consumer, extent, filters.since)


async def read_letters(
    consumer: AIOKafkaConsumer, extent: Extent, filters: LetterFilters, on_progress: OnProgress
) -> AsyncIterator[DeadLetter]:
    """Yield the dead letters that `filters` mean, each partition in its order."""
    async for record in read_extent(consumer, extent, "reading dead letters", on_progress):
        letter = read_letter(record)
        if filters.match(letter):
            yield letter
