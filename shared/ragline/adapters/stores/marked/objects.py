"""What the fence needs of a store: the objects of one tenant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from ragline.adapters.stores.marked.markers import DocumentState, Marker
from ragline.errors import Unavailable
from ragline.ports.store import IndexedDocument


class UnknownCollection(Unavailable):
    """A collection that does not exist: not created yet, or removed."""


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A stored piece of a version: a chunk, or what belongs to the chunks from `ordinal` on."""

    uuid: UUID
    version: int
    ordinal: int


class MarkedObjects(Protocol):
    """Reads and writes the objects of one tenant.

    What a write changed is seen by every read that begins after it returned.
    """

    async def verdicts(self, document_ids: Iterable[str]) -> dict[str, DocumentState]:
        """Read the documents' markers: enough of them to decide what readers see."""
        ...

    async def state(self, document_id: str) -> DocumentState:
        """Read the markers of one document; an unknown one has none."""
        ...

    async def put_parts(self, document: IndexedDocument, groups: tuple[str, ...]) -> None:
        """Insert or overwrite a version's parts, which `groups` may read."""
        ...

    async def put_marker(self, marker: Marker) -> None:
        """Insert or overwrite a marker."""
        ...

    async def unsettled(self, document_id: str, state: DocumentState) -> Sequence[StoredPart]:
        """Return the document's parts that differ from `state`.

        They are of another version, beyond its chunks, or say that others may read.
        """
        ...

    async def drop(self, parts: Sequence[UUID], markers: Sequence[UUID]) -> None:
        """Remove these objects; ids that do not exist are ignored."""
        ...

    async def give_to(self, groups: tuple[str, ...], parts: Sequence[UUID]) -> None:
        """Write into these parts that `groups` may read them, and change nothing else."""
        ...
