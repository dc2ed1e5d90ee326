"""A namespace as Pinecone keeps it: a log of writes, and replicas that are behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Records = dict[str, dict[str, Any]]
Write = Callable[[Records], None]


@dataclass
class _Replica:
    records: Records = field(default_factory=dict)
    position: int = 0
    # how many reads each write that is not shown yet stays hidden for
    hidden: list[int] = field(default_factory=list)


class NamespaceLog:
    """Takes writes at once and shows them later.

    Args:
        lag: for how many reads of a replica a write stays hidden.
        replicas: how many there are; reads go to one after the other.
    """

    def __init__(self, *, lag: int = 0, replicas: int = 1) -> None:
        self.lag = lag
        self._writes: list[Write] = []
        self._replicas = [_Replica() for _ in range(replicas)]
        self._reads = 0

    def write(self, change: Write) -> int:
        """Append a write; return its position, from 1."""
        self._writes.append(change)
        for replica in self._replicas:
            replica.hidden.append(self.lag)
        return len(self._writes)

    def read(self) -> tuple[Records, int]:
        """Return what the next replica shows, and up to which position that reflects the log."""
        replica = self._replicas[self._reads % len(self._replicas)]
        self._reads += 1
        while replica.hidden and replica.hidden[0] <= 0:
            replica.hidden.pop(0)
            self._writes[replica.position](replica.records)
            replica.position += 1
        replica.hidden = [left - 1 for left in replica.hidden]
        return replica.records, replica.position

    def all(self) -> Records:
        """Return what the log leads to, whatever replicas show."""
        records: Records = {}
        for change in self._writes:
            change(records)
        return records
