"""The chunk store: its interface for readers (`ChunkSearch`) and for the writer (`ChunkStore`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ragline.contracts.queries import Candidate, Filters


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a reader may see: one tenant's open documents and those of `groups`, within `filters`.

    It is part of every search query and is never applied to the results afterwards.
    """

    tenant: str
    groups: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)


class ChunkSearch(Protocol):
    """Searches over the chunks of current document versions.

    Each method returns at most `limit` candidates, best first, with the raw score of its own kind
    in `scores` (higher is better) and `fused` left at 0. An unknown tenant or no match gives an
    empty list. Only chunks of each document's current version are returned.

    Raises:
        Unavailable: the store is down or exceeds its time limit.
        FingerprintMismatch: the index was made with another embedding model.
    """

    async def vector(
        self, embedding: Sequence[float], *, scope: Scope, limit: int
    ) -> list[Candidate]:
        """Search by cosine similarity; the score is in [-1, 1]."""
        ...

    async def keyword(self, text: str, *, scope: Scope, limit: int) -> list[Candidate]:
        """Search title, headings and text by relevance (BM25 family); scores are >= 0."""
        ...

    async def metadata(self, terms: Sequence[str], *, scope: Scope, limit: int) -> list[Candidate]:
        """Search literal terms in title, headings, tags, URL and document id.

        The score is the share of `terms` found, in (0, 1]; matching ignores case.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRef:
    """A document's identity."""

    tenant: str
    document_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedChunk:
    """A chunk ready to store. `text` is the source slice `[start, end)`."""

    ordinal: int
    text: str
    start: int
    end: int
    heading_path: tuple[str, ...]
    content_hash: str
    embedding: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedDocument:
    """A document version with all its chunks. `access` is null if the version does not state it."""

    ref: DocumentRef
    version: int
    chunks: Sequence[EmbeddedChunk]
    content_hash: str
    title: str = ""
    url: str | None = None
    media_type: str = "text/plain"
    language: str | None = None
    tags: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    access: tuple[str, ...] | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """What the store holds of a document.

    `version` is the highest content version (upsert or delete) or -1 when only access is known;
    `gone` says that it is deleted. `access_version` is the version that stated the access, or -1;
    `access_by_event` says that it was set by itself (`set_access`), and not with the content.
    `chunk_hashes` are the `content_hash` of the current chunks, by ordinal.
    """

    version: int
    gone: bool
    content_hash: str | None
    access_version: int
    access: tuple[str, ...]
    chunk_hashes: tuple[str, ...] = ()
    access_by_event: bool = False

    @property
    def access_order(self) -> tuple[int, bool]:
        """The sort key by which one statement about who may read wins over another."""
        return self.access_version, self.access_by_event

    def is_for(self, groups: Iterable[str]) -> bool:
        """Return whether a reader with `groups` may know of the document."""
        return not self.access or not set(self.access).isdisjoint(groups)


class WriteResult(StrEnum):
    """What a fenced write did."""

    APPLIED = "applied"
    SUPERSEDED = "superseded"


class Consistency(StrEnum):
    """When readers see a finished write, in this process and in others.

    IMMEDIATE: at once. EVENTUAL: after a while, which the store waits for; but its readers may be
    served by something that is behind, so a writer looks again before it says that it is done.
    """

    IMMEDIATE = "immediate"
    EVENTUAL = "eventual"


class CurrentVersions(Protocol):
    """Tells which version of a document is searchable."""

    async def current(self, ref: DocumentRef) -> StoredDocument | None:
        """Return what is stored, or None when nothing was ever stored of this document.

        Raises:
            Unavailable: the store is down or exceeds its time limit.
        """
        ...


class ChunkStore(CurrentVersions, Protocol):
    """Writes that respect the version fence.

    Every write is idempotent and fenced by its version: in whatever order and however often events
    arrive, the store ends in the state of the highest version, and readers never see two versions
    of one document, nor a deleted one. Writing the stored version again is APPLIED again (this
    completes a write that a crash interrupted); a lower version is SUPERSEDED and changes no
    content. At one version a delete wins over an upsert.

    A document's access is that of the highest version, content or access event, that states it; if
    none does, everyone in the tenant may read. It outlives new versions and deletion, and it counts
    even if the content that states it is superseded. At one version an access event wins over
    content.
    """

    @property
    def consistency(self) -> Consistency:
        """When readers see a finished write."""
        ...

    async def upsert(self, document: IndexedDocument) -> WriteResult:
        """Make `document` the current version, all at once for readers."""
        ...

    async def delete(self, ref: DocumentRef, *, version: int) -> WriteResult:
        """Remove all chunks, keep a tombstone at `version`, and verify that no chunk is found."""
        ...

    async def set_access(
        self, ref: DocumentRef, *, version: int, access: tuple[str, ...]
    ) -> WriteResult:
        """Set who may read; embeds nothing. Takes effect for every search before it returns."""
        ...


class ChunkUpkeep(Protocol):
    """Cleans up after writers that died."""

    async def settle(self, ref: DocumentRef) -> None:
        """Remove stored objects of the document that belong to no current state.

        Every write does this itself. Call it for an event that needs no write: an earlier delivery
        of the event may have been interrupted, and nothing else would clean up after it.
        """
        ...


class FencedStore(ChunkStore, ChunkUpkeep, Protocol):
    """All that the ingestor needs of a store."""
