"""Arguments and results of the tools; their JSON Schemas are what an agent is shown."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints

from ragline.contracts.answers import (
    AnswerStatus,
    Citation,
    Claim,
    Degradation,
    NearestSource,
    QueryAnswered,
)
from ragline.contracts.base import DocumentId, Version
from ragline.contracts.queries import MAX_QUESTION_CHARS
from ragline_gateway.documents.models import DocumentProgress, SourceBody
from ragline_gateway.mcp.addresses import address_of
from ragline_gateway.mcp.excerpt import excerpt
from ragline_gateway.queries.models import AskBody, Body

_MOST_CHARS = 100_000


class AskArguments(AskBody):
    """A question; the same as the body of `POST /v1/queries`."""

    text: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=MAX_QUESTION_CHARS, pattern=r"\S"
        ),
    ] = Field(description="the question, as one would ask a colleague")


class SourceArguments(Body):
    """Which document, and which slice of its text."""

    document_id: DocumentId = Field(description="as a citation names it")
    version: Version | None = Field(
        None, description="of the citation; `current` says whether it is still this one"
    )
    start: Annotated[int, Field(ge=0)] = Field(
        0, description="first character; a citation's `start`, or some before it"
    )
    max_chars: Annotated[int, Field(ge=1, le=_MOST_CHARS)] = Field(
        20_000, description="most characters of one call; `next_start` says where to go on"
    )


class StatusArguments(Body):
    """Which document, and which of its changes."""

    document_id: DocumentId
    version: Version | None = Field(None, description="of the change; the last when null")


class CitedSource(Citation):
    """A citation; `uri` is the resource of the whole document."""

    uri: str

    @classmethod
    def of(cls, citation: Citation) -> Self:
        """Return `citation` with its document's address."""
        return cls(**dict(citation), uri=address_of(citation.document_id))


class AskResult(BaseModel):
    """An answer or a refusal; markers such as `[1]` in `text` are those of `citations`.

    `claims` are the sentences of the answer with the verdict on each, `support_ratio` the share of
    them that the cited passages support; null where nothing was checked. `support` is the
    probability that the passages found hold what was asked, `unanswered` the questions of several
    that no source covers. A refused question has `nearest`: documents that come close. `json_text`
    is the answer as JSON where the question brought a `json_schema`, `missing_versions` those of
    its `min_versions` that were not searchable in time.
    """

    query_id: str
    status: AnswerStatus
    text: str
    json_text: str | None
    intent: str | None
    citations: tuple[CitedSource, ...]
    claims: tuple[Claim, ...]
    support_ratio: float | None
    support: float | None
    unanswered: tuple[str, ...]
    nearest: tuple[NearestSource, ...]
    missing_versions: dict[str, int]
    degradations: tuple[Degradation | str, ...]

    @classmethod
    def of(cls, answer: QueryAnswered) -> Self:
        """Return what an agent needs of `answer`."""
        checked = answer.validation
        return cls(
            query_id=answer.query_id,
            status=answer.status,
            text=answer.text,
            json_text=answer.json_text,
            intent=answer.intent,
            citations=tuple(map(CitedSource.of, answer.citations)),
            claims=checked.claims if checked else (),
            support_ratio=checked.support_ratio if checked else None,
            support=answer.support,
            unanswered=answer.unanswered,
            nearest=answer.nearest,
            missing_versions=dict(answer.missing_versions),
            degradations=answer.degradations,
        )


class SourceResult(SourceBody):
    """A slice of a document's text as it is searched; the rest begins at `next_start`."""

    next_start: int | None

    @classmethod
    def cut(cls, source: SourceBody, *, start: int, most: int) -> Self:
        """Return the slice of `most` characters of `source` from `start` on."""
        found = excerpt(source.parts, start=start, most=most)
        told = dict(source) | {"parts": found.parts, "next_start": found.next_start}
        return cls(**told)


class StatusResult(DocumentProgress):
    """How a document's change ended: `pending`, `indexed`, `deleted`, `failed` or `superseded`."""

    @classmethod
    def from_progress(cls, progress: DocumentProgress) -> Self:
        """Return the same as a tool's result."""
        return cls(**dict(progress))
