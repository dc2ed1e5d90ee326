"""Counts the votes of different users on the same thing."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple, Self


class Majority(StrEnum):
    """The majority's verdict."""

    UP = "up"
    DOWN = "down"
    TIED = "tied"


class VoteCount(NamedTuple):
    """How many votes are up and how many are down."""

    up: int
    down: int

    @classmethod
    def of(cls, votes: Iterable[bool]) -> Self:
        """Count votes; true is up."""
        cast = list(votes)
        return cls(sum(cast), len(cast) - sum(cast))

    @property
    def verdict(self) -> Majority | None:
        """The majority's verdict; None without votes."""
        if not self.up and not self.down:
            return None
        if self.up == self.down:
            return Majority.TIED
        return Majority.UP if self.up > self.down else Majority.DOWN
