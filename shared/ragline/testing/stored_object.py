"""What a vector store holds, as its audit tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

StoredKind = Literal["chunk", "content", "gone", "access"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """One physical object, or one fact of a row.

    Attributes:
        kind: `chunk`, or what a document's row or marker states: `content` (an upsert), `gone` (a
            tombstone), `access` (who may read).
        ordinal: the position of a chunk, otherwise null.
        readers: the groups that may read, empty for everyone; null if the object does not state
            them. For PostgreSQL they are always an object of kind `access`, and chunks have none.
            In the other stores `content` and `gone` may state them too; a group that no marker
            of the tenant names appears as its token.
        chunks: how many chunks a `content` claims to have, otherwise null.
    """

    tenant: str
    document_id: str
    version: int
    kind: StoredKind
    ordinal: int | None = None
    readers: tuple[str, ...] | None = None
    chunks: int | None = None
