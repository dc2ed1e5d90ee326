"""A document's changes and their outcomes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from ragline.contracts import bounds
from ragline.contracts.base import (
    DEFAULT_TENANT,
    Contract,
    DocumentId,
    Event,
    Groups,
    LanguageTag,
    MediaType,
    Message,
    Name,
    Tags,
    Tenant,
    Title,
    Url,
    Version,
)

Content = Annotated[str, StringConstraints(max_length=bounds.CONTENT_CHARS)]
AttributeName = Annotated[str, StringConstraints(max_length=bounds.ATTRIBUTE_NAME_CHARS)]
AttributeText = Annotated[str, StringConstraints(max_length=bounds.ATTRIBUTE_CHARS)]
Attributes = Annotated[dict[AttributeName, AttributeText], Field(max_length=bounds.ATTRIBUTES)]


class Operation(StrEnum):
    """What happened to the document."""

    UPSERT = "upsert"
    DELETE = "delete"


class _DocumentEvent(Event):
    tenant: Tenant = DEFAULT_TENANT
    document_id: DocumentId
    version: Version

    @property
    def key(self) -> str:
        """`tenant/document_id`."""
        return f"{self.tenant}/{self.document_id}"

    @property
    def subject(self) -> str:
        """The document id."""
        return self.document_id


class DocumentChanged(_DocumentEvent):
    """A document's whole state at `version`; compaction keeps only the last record of a key.

    `version` must only increase (a revision number or epoch milliseconds). Content is inline
    (`content`, with `content_encoding` base64 for binary formats) or referenced by `content_uri`.
    `access` lists the groups that may read; null means that the record does not state it: the
    access of the highest version that states it, here or on `document-access`, stays in force.

    A record with a null value, Kafka's tombstone, deletes the document under its key: up to the
    version in the header `ragline-version`; without one every version that was published before it,
    unless another record of the key follows it. Then that one says what the document is. As after
    any deletion, a document comes back with a version above the deleted one.
    """

    ce_type: ClassVar[str] = "ragline.document.changed.v1"

    operation: Operation = Operation.UPSERT
    content: Content | None = None
    content_encoding: Literal["text", "base64"] = "text"
    content_uri: Url | None = None
    media_type: MediaType | None = None
    title: Title | None = None
    url: Url | None = None
    tags: Tags = ()
    attributes: Attributes = Field(default_factory=dict)
    language: LanguageTag | None = None
    access: Groups | None = None
    updated_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _upsert_has_one_content(self) -> Self:
        sources = [s for s in (self.content, self.content_uri) if s is not None]
        if self.operation is Operation.UPSERT and len(sources) != 1:
            raise ValueError("an upsert needs exactly one of content and content_uri")
        return self


class DocumentScanned(DocumentChanged):
    """A change whose document has pages without text, to be read by OCR.

    The ingestor writes it for itself after it has indexed the rest, and indexes the same version
    again with the text of these pages, unless a later one came meanwhile.
    """

    ce_type: ClassVar[str] = "ragline.document.scanned.v1"


class DocumentTombstone(Contract):
    """A null value under a document's key; it has no schema, and so is no event.

    `version` is that of its header, null without one. `published` is the highest version known to
    have been published before it, whatever became of it.
    """

    tenant: Tenant
    document_id: DocumentId
    version: Version | None = None
    published: Version = 0

    @property
    def key(self) -> str:
        """`tenant/document_id`."""
        return f"{self.tenant}/{self.document_id}"


class DocumentAccessChanged(_DocumentEvent):
    """Who may read a document from `version` on; `DocumentChanged` uses the same counter.

    An empty `access` means everyone in the tenant. The ingestor repeats here, as `recorded`, what a
    `DocumentChanged` stated: compaction removes that record when a later version does not state it.
    At one version a change that is not `recorded` wins. A recorded one gets no status.

    A record with a null value removes the statement from the topic, as an erasure does; what is in
    force stays so until an index is made anew.
    """

    ce_type: ClassVar[str] = "ragline.document.access-changed.v1"

    access: Groups
    recorded: bool = False


class Outcome(StrEnum):
    """How a change ended."""

    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    SUPERSEDED = "superseded"
    DELETED = "deleted"
    FAILED = "failed"


class ChunkCounts(Contract):
    """How many of the document's chunks the change added, kept and removed."""

    added: int = 0
    kept: int = 0
    removed: int = 0


class EmbeddingCounts(Contract):
    """How many embeddings were computed and how many came from the cache."""

    computed: int = 0
    cached: int = 0


class DocumentError(Contract):
    """Why a change failed. `code` is stable, `message` says what to do."""

    code: Name
    message: Message


class DocumentStatus(_DocumentEvent):
    """The outcome of one change. `freshness_ms`: from the change's event until it is searchable."""

    ce_type: ClassVar[str] = "ragline.document.status.v1"

    status: Outcome
    change: Literal["content", "access"] = "content"
    chunks: ChunkCounts = ChunkCounts()
    embeddings: EmbeddingCounts = EmbeddingCounts()
    timings: Annotated[dict[Name, float], Field(max_length=bounds.TIMINGS)] = Field(
        default_factory=dict
    )
    freshness_ms: float | None = None
    warnings: Annotated[tuple[Message, ...], Field(max_length=bounds.WARNINGS)] = ()
    error: DocumentError | None = None
    finished_at: AwareDatetime

    @property
    def order(self) -> tuple[int, datetime]:
        """The sort key by which one status is newer than another: version, then finish time."""
        return self.version, self.finished_at
