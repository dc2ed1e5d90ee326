"""Changes that an index's ingestor could not apply, from the dead letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ragline.contracts.cloudevents import INDEX, last_header
from ragline.contracts.dead_letters import DeadLetterHeader
from ragline.contracts.indexes import BASE_INDEX
from ragline.contracts.topics import DEAD_LETTERS, Service
from ragline.settings import KafkaSettings
from ragline_cli.kafka.extent import no_progress, read_extent, whole
from ragline_cli.kafka.reader import open_reader

_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFailures:
    """How many changes failed by cause, and what became of some of them."""

    causes: Mapping[str, int]
    examples: tuple[str, ...]


NONE_READ = IndexFailures(causes={}, examples=())


async def read_failures(kafka: KafkaSettings, index: str) -> IndexFailures:
    """Read the dead letters of an index's ingestor.

    Raises:
        Unavailable: Kafka does not answer.
    """
    causes: Counter[str] = Counter()
    examples: list[str] = []
    async with open_reader(kafka, DEAD_LETTERS.name) as consumer:
        extent = await whole(consumer)
        async for record in read_extent(consumer, extent, "reading dead letters", no_progress):
            headers = record.headers
            if last_header(headers, DeadLetterHeader.SERVICE) != Service.INGESTOR:
                continue
            if (last_header(headers, INDEX) or BASE_INDEX) != index:
                continue
            causes[last_header(headers, DeadLetterHeader.CAUSE) or "unknown"] += 1
            if len(examples) < _MOST_SHOWN:
                key = (record.key or b"").decode("utf-8", "replace")
                error = last_header(headers, DeadLetterHeader.ERROR) or "no reason given"
                examples.append(f"{record.partition}-{record.offset} {key}: {error}")
    return IndexFailures(causes=dict(causes), examples=tuple(examples))
