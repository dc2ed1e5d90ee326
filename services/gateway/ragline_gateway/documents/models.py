"""Request and response bodies of the documents API."""

from __future__ import annotations

from typing import Literal, Self
from urllib.parse import quote

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ragline.contracts.base import (
    DocumentId,
    Groups,
    LanguageTag,
    MediaType,
    Tags,
    Title,
    Url,
    Version,
)
from ragline.contracts.documents import (
    Attributes,
    ChunkCounts,
    Content,
    DocumentError,
    DocumentStatus,
    Outcome,
)
from ragline.ports.sources import SourceText, without_overlap
from ragline_gateway.queries.models import Body


class DocumentBody(Body):
    """A document's whole state; see `DocumentChanged` of the event."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "content": "# Badges\n\nAsk for a new badge at the front desk.",
                    "media_type": "text/markdown",
                    "title": "Badges",
                    "tags": ["handbook"],
                },
                {"content_uri": "https://cms.example.org/badges.pdf", "access": ["staff"]},
            ]
        }
    )

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
    version: Version | None = Field(None, description="only grows; epoch milliseconds when null")


class AccessBody(Body):
    """Who may read a document; nobody named means everyone in the tenant."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"access": ["staff"]}]})

    access: Groups
    version: Version | None = Field(None, description="only grows; epoch milliseconds when null")


class StatusLink(BaseModel):
    """Link to the outcome of the change."""

    status: str


class Accepted(BaseModel):
    """A change that is stored and will be applied; `links.status` tells its outcome."""

    document_id: str
    version: int
    status: Literal["pending"] = "pending"
    links: StatusLink

    @classmethod
    def of(cls, document_id: str, version: int) -> Self:
        """Return a change's receipt."""
        here = f"/v1/documents/{quote(document_id, safe='/')}/status?version={version}"
        return cls(document_id=document_id, version=version, links=StatusLink(status=here))


class Rejected(BaseModel):
    """A file of an upload that was refused, and what to do."""

    document_id: str
    status: Literal["rejected"] = "rejected"
    detail: str


class Uploaded(BaseModel):
    """The outcome of each file of an upload, in the order of the files."""

    documents: tuple[Accepted | Rejected, ...]


class DocumentReport(BaseModel):
    """The last status event of a document; see `DocumentStatus` of the event.

    Counts of embeddings and timings are left out: all tenants share the embedding cache, so a hit
    would tell a writer that another tenant has the same text.
    """

    tenant: str
    document_id: DocumentId
    version: Version
    status: Outcome
    change: Literal["content", "access"]
    chunks: ChunkCounts
    freshness_ms: float | None
    warnings: tuple[str, ...]
    error: DocumentError | None
    finished_at: AwareDatetime

    @classmethod
    def of(cls, status: DocumentStatus) -> Self:
        """Return the public part of `status`."""
        return cls(**{name: getattr(status, name) for name in cls.model_fields})


class DocumentProgress(BaseModel):
    """The outcome of a document's change, or `pending`."""

    document_id: DocumentId
    version: int
    status: str
    report: DocumentReport | None = None

    @classmethod
    def of(cls, document_id: str, report: DocumentStatus | None, wanted: int) -> Self:
        """Return the state of the change to version `wanted`."""
        if report is None or report.version < wanted:
            status = "pending"
        elif report.version > wanted:
            status = "superseded"
        else:
            status = str(report.status)
        told = None if report is None else DocumentReport.of(report)
        return cls(document_id=document_id, version=wanted, status=status, report=told)


class Recent(BaseModel):
    """The documents with the latest status changes, newest first, that the caller may know of."""

    documents: tuple[DocumentReport, ...]


class SourcePartBody(BaseModel):
    """A slice of the source: `[start, end)` in characters (code points)."""

    start: int
    end: int
    text: str
    heading_path: tuple[str, ...] = ()


class SourceBody(BaseModel):
    """A document's text as it is searched. `current` tells whether it is the requested version."""

    document_id: str
    version: int
    current: bool
    title: str
    url: str | None
    media_type: str | None
    parts: tuple[SourcePartBody, ...]

    @classmethod
    def of(cls, document_id: str, source: SourceText, wanted: int | None) -> Self:
        """Return a document's text, each character once."""
        return cls(
            document_id=document_id,
            version=source.version,
            current=wanted in (None, source.version),
            title=source.title,
            url=source.url,
            media_type=source.media_type,
            parts=tuple(
                SourcePartBody(
                    start=each.start,
                    end=each.end,
                    text=each.text,
                    heading_path=each.heading_path,
                )
                for each in without_overlap(source.parts)
            ),
        )
