"""Reads a whole topic record by record, up to its current end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ragline.messaging.record import Record
from ragline.settings import KafkaSettings
from ragline_cli.kafka.client import translated
from ragline_cli.kafka.extent import OnProgress, read_extent, since, whole
from ragline_cli.kafka.reader import open_reader


async def each_record(
    kafka: KafkaSettings,
    topic: str,
    see: Callable[[Record], None],
    *,
    on_progress: OnProgress,
    start: datetime | None = None,
) -> None:
    """Call `see` with the records of `topic`, each partition in its order.

    With `start`, records from long before it are skipped.

    Raises:
        Unavailable: no broker answers.
        Misconfigured: the topic does not exist, or the broker refuses.
    """
    with translated(kafka):
        async with open_reader(kafka, topic) as consumer:
            extent = await whole(consumer)
            if start is not None:
                extent = await since(consumer, extent, start)
            async for record in read_extent(consumer, extent, f"reading {topic}", on_progress):
                see(record)
