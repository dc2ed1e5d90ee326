"""What an index holds, document by document: to compare one with another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Listed:
    """The content of a document that is there: its version, and who may read it, in order."""

    version: int
    access: tuple[str, ...] = ()


class Inventory(Protocol):
    """Lists what an index holds; a collection that is not there holds nothing.

    Raises:
        Unavailable: the store is down.
    """

    async def tenants(self) -> Sequence[str]:
        """Return whose documents there are, in order."""
        ...

    async def documents(self, tenant: str) -> Mapping[str, Listed]:
        """Return a tenant's documents by id; deleted ones, which are not found, are left out."""
        ...
