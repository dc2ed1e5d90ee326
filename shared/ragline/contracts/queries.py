"""A question on its way through the pipeline: each event adds to the one before."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AwareDatetime, Field, StringConstraints, field_validator, model_validator

from ragline.contracts.base import (
    DEFAULT_TENANT,
    Contract,
    DocumentId,
    Group,
    QueryEvent,
    Tenant,
)
from ragline.contracts.headings import headings_of
from ragline.contracts.languages import primary_language

MAX_QUESTION_CHARS = 8_192


class Turn(Contract):
    """One earlier message of the conversation, oldest first."""

    role: Literal["user", "assistant"]
    text: Annotated[str, StringConstraints(max_length=32_768)]


class Principal(Contract):
    """Who asks. Without groups only documents open to the whole tenant are searched."""

    user: str | None = None
    groups: tuple[Group, ...] = ()


class Filters(Contract):
    """Hard limits on what is searched; an empty tuple or null means no limit.

    Languages are compared without region: `de` and `de-AT` are the same.
    """

    tags: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    document_ids: tuple[DocumentId, ...] = ()
    updated_from: AwareDatetime | None = None
    updated_to: AwareDatetime | None = None

    @field_validator("languages")
    @classmethod
    def _without_region(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        # an empty tag must stay: an empty filter would limit nothing
        return tuple(dict.fromkeys(primary_language(tag) or tag for tag in tags))

    def narrowed_by(self, other: Filters) -> Filters:
        """Return these filters, with unset fields taken from `other`."""
        stated = {
            name: value
            for name in type(self).model_fields
            if not (value := getattr(self, name)) and (value := getattr(other, name))
        }
        return self.model_copy(update=stated)


class Options(Contract):
    """What the publisher requires of the answer.

    `min_versions` are document versions that must be searchable before the search, for example what
    the publisher has just written. The search waits for them within the deadline; those that are
    still missing then are in the answer's `missing_versions`.
    """

    top_k: Annotated[int, Field(ge=1, le=50)] | None = None
    max_answer_tokens: Annotated[int, Field(ge=16, le=8_192)] | None = None
    stream: bool = True
    min_versions: dict[DocumentId, int] = Field(default_factory=dict)


class QuerySubmitted(QueryEvent):
    """A question. `query_id` and `text` are enough; the rest has defaults.

    `submitted_at` and `deadline` are filled by the classifier when the publisher left them out.
    """

    ce_type: ClassVar[str] = "ragline.query.submitted.v1"

    text: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=MAX_QUESTION_CHARS, pattern=r"\S"
        ),
    ]
    tenant: Tenant = DEFAULT_TENANT
    history: Annotated[tuple[Turn, ...], Field(max_length=50)] = ()
    principal: Principal = Principal()
    filters: Filters = Filters()
    options: Options = Options()
    submitted_at: AwareDatetime | None = None
    deadline: AwareDatetime | None = None


class Intent(StrEnum):
    """What kind of help the question asks for."""

    FACTUAL = "factual"
    NAVIGATIONAL = "navigational"
    PROCEDURAL = "procedural"
    TROUBLESHOOTING = "troubleshooting"


class SearchKind(StrEnum):
    """The three searches that a plan can weigh."""

    VECTOR = "vector"
    KEYWORD = "keyword"
    METADATA = "metadata"


class Entities(Contract):
    """The things that the question names literally."""

    codes: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()

    @property
    def terms(self) -> tuple[str, ...]:
        """All distinct literal terms, grouped by kind, each kind in order of appearance."""
        found = (*self.quoted, *self.codes, *self.identifiers, *self.versions)
        return tuple(dict.fromkeys(found))


class UnsupportedPolicy(StrEnum):
    """What to do with unsupported claims: keep them marked, drop them, or refuse the answer."""

    MARK = "mark"
    DROP = "drop"
    REFUSE = "refuse"


class Plan(Contract):
    """How the rest of the pipeline treats the question.

    `weights` names the searches to run and their weights; `depth` is the number of candidates per
    search, `document_support` how much a candidate's score gains from other candidates of its
    document, `rerank_depth` how many candidates the cross-encoder reads, `passages` how many are
    passed on, `token_budget` the size of the context in tokens.
    `extractive` means that no language model is used; `unsupported` says what to do with claims
    without support (null: as in the generator's settings). `deadline_s` counts from the submission
    and applies to questions whose publisher stated no deadline.
    """

    name: str
    weights: dict[SearchKind, Annotated[float, Field(ge=0)]]
    fusion: Literal["score", "rrf"] = "score"
    depth: Annotated[int, Field(ge=1, le=500)] = 40
    document_support: Annotated[float, Field(ge=0, le=1)] = 0.0
    candidates: Annotated[int, Field(ge=1, le=200)] = 30
    per_document: Annotated[int, Field(ge=1)] = 4
    rerank_depth: Annotated[int, Field(ge=0, le=200)] = 20
    rerank_weight: Annotated[float, Field(ge=0, le=1)] = 0.7
    passages: Annotated[int, Field(ge=1, le=50)] = 6
    token_budget: Annotated[int, Field(ge=64)] = 1_500
    recency_half_life_days: Annotated[float, Field(gt=0)] | None = None
    extractive: bool = False
    unsupported: UnsupportedPolicy | None = None
    deadline_s: Annotated[float, Field(gt=0)] | None = None

    @property
    def searches(self) -> tuple[SearchKind, ...]:
        """The searches with a weight above zero."""
        return tuple(kind for kind, weight in self.weights.items() if weight > 0)

    @property
    def reranks(self) -> bool:
        """Whether the cross-encoder reads any candidate, and its score counts."""
        return self.rerank_depth > 0 and self.rerank_weight > 0


class QueryEmbedding(Contract):
    """The question as a vector, with the fingerprint of the model that made it."""

    fingerprint: str
    vector: tuple[float, ...]


class QueryClassified(QuerySubmitted):
    """The question with its intent, its entities and the plan for the later stages."""

    ce_type: ClassVar[str] = "ragline.query.classified.v1"

    intent: Intent
    confidence: Annotated[float, Field(ge=0, le=1)]
    standalone_text: str
    entities: Entities = Entities()
    plan: Plan
    embedding: QueryEmbedding | None = None
    degradations: tuple[str, ...] = ()


class Candidate(Contract):
    """A chunk that a search found, with everything that later stages need.

    `start` and `end` are a half-open character range in the document's source text, and
    `text` is exactly that slice. `scores` are the raw scores per search, `fused` is in [0, 1].
    """

    chunk_id: str
    document_id: DocumentId
    version: int
    ordinal: int
    title: str = ""
    heading_path: tuple[str, ...] = ()
    url: str | None = None
    text: str
    start: int
    end: int
    language: str | None = None
    tags: tuple[str, ...] = ()
    updated_at: datetime | None = None
    scores: dict[SearchKind, float] = Field(default_factory=dict)
    fused: float = 0.0

    @property
    def headings(self) -> tuple[str, ...]:
        """Where the chunk stands: title and heading path, each name once."""
        return headings_of(self.title, self.heading_path)


class CandidatesRetrieved(QueryClassified):
    """The question with what the planned searches found, best first.

    `watermark` is the instant of the search in epoch milliseconds: every change whose status event
    was published before this instant was visible to the search.
    `missing_versions` were requested in `min_versions` but were not searchable in time.
    """

    ce_type: ClassVar[str] = "ragline.candidates.retrieved.v1"

    candidates: tuple[Candidate, ...] = ()
    watermark: int
    missing_versions: dict[DocumentId, int] = Field(default_factory=dict)


class Passage(Candidate):
    """A candidate that was selected for the context. `rerank` is null if it was not reranked."""

    rerank: float | None = None
    score: float


class CandidatesRanked(QueryClassified):
    """The question with its passages, best first."""

    ce_type: ClassVar[str] = "ragline.candidates.ranked.v1"

    passages: tuple[Passage, ...] = ()
    watermark: int
    missing_versions: dict[DocumentId, int] = Field(default_factory=dict)
    rerank_model: str | None = None

    @property
    def top_score(self) -> float | None:
        """The best passage's final score; null if nothing was ranked."""
        return max((passage.score for passage in self.passages), default=None)

    @model_validator(mode="after")
    def _each_passage_once(self) -> Self:
        if len({p.chunk_id for p in self.passages}) != len(self.passages):
            raise ValueError("a chunk appears twice in passages")
        return self
