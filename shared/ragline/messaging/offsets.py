"""Ordered commit, the pure logic: which offset of a partition may be committed."""

from __future__ import annotations

import heapq
from enum import StrEnum


class Fetched(StrEnum):
    """What to do with a fetched record."""

    RUN = "run"
    RUNNING = "running"  # this process has been working on it since before a rebalance
    DONE = "done"  # this process finished it before a rebalance


class OffsetTracker:
    """Tracks the records of one partition between fetch and commit.

    Records finish in any order; the committable offset is the lowest unfinished one, so a crash
    repeats records but never loses one. If a rebalance assigns the partition to this process again,
    the tracker's `successor` knows which records are still running or already finished here.
    """

    def __init__(self) -> None:
        self._heap: list[int] = []  # unfinished offsets, with finished ones removed lazily
        self._unfinished: dict[int, int] = {}  # to how many records were admitted before them
        self._running: set[int] = set()  # unfinished offsets that have a task
        self._finished: set[int] = set()  # finished offsets above the lowest unfinished one
        self._next: int | None = None  # nothing below it is still to be admitted
        self._admitted = 0  # records so far; their offsets have gaps where the log was compacted
        self._inherited_running: set[int] = set()
        self._inherited_done: set[int] = set()

    def admit(self, offset: int) -> Fetched:
        """Register a fetched record and say whether to run it."""
        self._next = max(self._next or 0, offset + 1)
        if offset in self._inherited_done:
            self._inherited_done.discard(offset)
            self._finished.add(offset)
            return Fetched.DONE
        if offset in self._unfinished:
            return Fetched.RUNNING
        heapq.heappush(self._heap, offset)
        self._unfinished[offset] = self._admitted
        self._admitted += 1
        if offset in self._inherited_running:
            self._inherited_running.discard(offset)
            self._running.add(offset)
            return Fetched.RUNNING
        return Fetched.RUN

    def passed(self, position: int) -> None:
        """Note that every record below `position` was admitted; what else is there is no record."""
        self._next = max(self._next or 0, position)

    def run(self, offset: int) -> None:
        """Note that an admitted record has a task now.

        A record that never gets a task (its partition was revoked first) is not passed to the
        successor, so the next owner of the partition, which may be this process, runs it.
        """
        self._running.add(offset)

    def abandon(self, offset: int) -> None:
        """Note that a record's task was cancelled before it started: the next owner runs it."""
        self._running.discard(offset)
        self._inherited_running.discard(offset)

    def finish(self, offset: int) -> None:
        """Mark a record as finished: its output or its dead letter is stored."""
        if offset in self._unfinished:
            del self._unfinished[offset]
            self._running.discard(offset)
            self._finished.add(offset)
        elif offset in self._inherited_running:
            self._inherited_running.discard(offset)
            self._inherited_done.add(offset)
        self._trim()

    @property
    def committable(self) -> int | None:
        """The offset to commit: all records below it are finished. None before the first record."""
        self._trim()
        return self._heap[0] if self._heap else self._next

    @property
    def ahead(self) -> int:
        """How many records were admitted after the oldest unfinished one; 0 when there is none."""
        self._trim()
        return self._admitted - 1 - self._unfinished[self._heap[0]] if self._heap else 0

    def successor(self) -> OffsetTracker:
        """Return the tracker for the same partition after a rebalance that assigned it here again.

        Fetching resumes at the group's committed offset, so the successor starts empty. It inherits
        only the offsets that this process is running or has finished.
        """
        heir = OffsetTracker()
        heir._inherited_running = self._running | self._inherited_running
        heir._inherited_done = self._finished | self._inherited_done
        return heir

    def _trim(self) -> None:
        while self._heap and self._heap[0] not in self._unfinished:
            heapq.heappop(self._heap)
        if not self._heap:
            self._finished.clear()
        elif len(self._finished) > 64 and min(self._finished) < self._heap[0]:
            self._finished = {o for o in self._finished if o > self._heap[0]}
