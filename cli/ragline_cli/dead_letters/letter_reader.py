"""Reads the relevant part of `dead-letters`, without a consumer group and without commits."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiokafka import AIOKafkaConsumer

from ragline_cli.dead_letters.filters import LetterFilters
from ragline_cli.dead_letters.letter import DeadLetter, read_letter
from ragline_cli.kafka.extent import Extent, OnProgress, read_extent, since, whole


async def extent_of(consumer: AIOKafkaConsumer, topic: str, filters: LetterFilters) -> Extent:
    """Return the extent that can hold dead letters matching `filters`, up to the current end."""
    extent = await whole(consumer)
    if filters.ids is not None:
        return extent.narrowed(topic, filters.ids)
    return extent if filters.since is None else await since(consumer, extent, filters.since)


async def read_letters(
    consumer: AIOKafkaConsumer, extent: Extent, filters: LetterFilters, on_progress: OnProgress
) -> AsyncIterator[DeadLetter]:
    """Yield the dead letters that match `filters`, each partition in its order."""
    async for record in read_extent(consumer, extent, "reading dead letters", on_progress):
        letter = read_letter(record)
        if filters.match(letter):
            yield letter
