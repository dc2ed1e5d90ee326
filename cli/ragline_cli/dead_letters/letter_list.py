"""Counts and collects dead letters, newest last."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ragline.contracts.topics import DEAD_LETTERS
from ragline.settings import KafkaSettings
from ragline_cli.dead_letters.filters import LetterFilters
from ragline_cli.dead_letters.journal import Marks, read_marks
from ragline_cli.dead_letters.letter import DeadLetter, LetterId
from ragline_cli.dead_letters.letter_reader import extent_of, read_letters
from ragline_cli.dead_letters.summary import Summary, summarise
from ragline_cli.kafka.client import translated
from ragline_cli.kafka.extent import OnProgress, no_progress
from ragline_cli.kafka.reader import open_reader


@dataclass(slots=True)
class LetterList:
    """The newest `limit` matching letters (all if it is null), and counts of all matching ones.

    `handled` is how many were left out because they were replayed or dropped.
    """

    limit: int | None = None
    matched: int = 0
    handled: int = 0
    by_cause: Counter[str] = field(default_factory=Counter)
    _heap: list[tuple[datetime, LetterId, Summary]] = field(default_factory=list)

    def add(self, summary: Summary) -> None:
        """Count a dead letter and keep it while it is among the newest."""
        self.matched += 1
        self.by_cause[summary.cause or "unknown"] += 1
        heapq.heappush(self._heap, (summary.failed_at, summary.id, summary))
        if self.limit is not None and len(self._heap) > self.limit:
            heapq.heappop(self._heap)

    @property
    def summaries(self) -> list[Summary]:
        """The letters to show, newest last."""
        return [summary for *_, summary in sorted(self._heap, key=lambda item: item[:2])]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "dead_letters": [summary.to_json() for summary in self.summaries],
            "matched": self.matched,
            "handled": self.handled,
            "by_cause": dict(self.by_cause.most_common()),
        }


@asynccontextmanager
async def open_letters(
    kafka: KafkaSettings, filters: LetterFilters, on_progress: OnProgress
) -> AsyncIterator[tuple[AsyncIterator[DeadLetter], Marks]]:
    """Open the dead letters that match `filters`, up to the topic's current end, and their marks.

    Raises:
        Unavailable: no broker answers.
        Misconfigured: a topic does not exist, or the broker refuses.
    """
    with translated(kafka):
        async with open_reader(kafka, DEAD_LETTERS.name) as consumer:
            extent = await extent_of(consumer, DEAD_LETTERS.name, filters)
            marks = await read_marks(kafka, extent, on_progress)
            yield read_letters(consumer, extent, filters, on_progress), marks


async def list_letters(
    kafka: KafkaSettings,
    filters: LetterFilters,
    *,
    handled_too: bool = False,
    limit: int | None = None,
    on_progress: OnProgress = no_progress,
) -> LetterList:
    """Return the dead letters that match `filters`; raises as `open_letters`."""
    listing = LetterList(limit)
    async with open_letters(kafka, filters, on_progress) as (letters, marks):
        async for letter in letters:
            summary = summarise(letter, marks.get(letter.journal_key))
            if summary.mark and not handled_too:
                listing.handled += 1
            else:
                listing.add(summary)
    return listing
