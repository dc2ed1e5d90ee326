"""What the consumer group has assigned to this member."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Assignment:
    """`share` is the fraction of the topic's partitions that are assigned here, in (0, 1]."""

    share: float = 1.0
