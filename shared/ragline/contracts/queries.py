"""A question on its way through the pipeline: each event adds to the one before."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from ragline.contracts import bounds
from ragline.contracts.answer_schema import AnswerSchema
from ragline.contracts.base import (
    ChunkId,
    ChunkText,
    Contract,
    Degradations,
    DocumentId,
    Groups,
    LanguageTag,
    MediaType,
    ModelName,
    QueryEvent,
    StandaloneText,
    Tags,
    UserName,
    Version,
    VersionsById,
)
from ragline.contracts.found import (
    FoundLanguage,
    FoundPath,
    FoundTags,
    FoundTitle,
    FoundUrl,
)
from ragline.contracts.headings import headings_of
from ragline.contracts.hops import HopNumber, Hops
from ragline.contracts.indexes import IndexName
from ragline.contracts.languages import primary_language
from ragline.contracts.plan import Entities, Intent, Literals, Plan, SearchKind

MAX_QUESTION_CHARS = 8_192

MaxAnswerTokens = Annotated[int, Field(ge=16, le=bounds.ANSWER_TOKENS)]


class Turn(Contract):
    """One earlier message of the conversation, oldest first."""

    role: Literal["user", "assistant"]
    text: Annotated[str, StringConstraints(max_length=bounds.TURN_CHARS)]


def _within_total(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    total = sum(len(turn.text) for turn in turns)
    if total > bounds.HISTORY_CHARS:
        raise ValueError(
            f"all turns together should have at most {bounds.HISTORY_CHARS} characters, not {total}"
        )
    return turns


History = Annotated[
    tuple[Turn, ...], Field(max_length=bounds.HISTORY_TURNS), AfterValidator(_within_total)
]


class Principal(Contract):
    """Who asks. Without groups only documents open to the whole tenant are searched."""

    user: UserName | None = None
    groups: Groups = ()


class Filters(Contract):
    """Hard limits on what is searched; an empty tuple or null means no limit.

    Languages are compared without region: `de` and `de-AT` are the same.
    """

    tags: Tags = ()
    media_types: Annotated[tuple[MediaType, ...], Field(max_length=bounds.FILTER_VALUES)] = ()
    languages: Annotated[tuple[LanguageTag, ...], Field(max_length=bounds.FILTER_VALUES)] = ()
    document_ids: Annotated[tuple[DocumentId, ...], Field(max_length=bounds.FILTER_DOCUMENTS)] = ()
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

    `json_schema` is the text of a JSON Schema (`contracts/answer_schema.py`) for the answer, which
    then has its `json_text` beside its text. That takes a language model: without one, or where
    none writes JSON that fits, the answer is `failed`.
    `min_versions` are document versions that must be searchable before the search, for example what
    the publisher has just written. The search waits for them for at most half of the time that is
    left and 20 s, as operators set it; not at all while many others of the tenant wait. Those that
    are still missing then are in the answer's `missing_versions`.
    """

    top_k: Annotated[int, Field(ge=1, le=50)] | None = None
    max_answer_tokens: MaxAnswerTokens | None = None
    stream: bool = True
    json_schema: AnswerSchema | None = None
    min_versions: VersionsById = Field(default_factory=dict)


class QuerySubmitted(QueryEvent):
    """A question. `query_id` and `text` are enough; the rest has defaults.

    The classifier sets `submitted_at` to when the broker appended the record, and moves a
    `deadline` that came beside a `submitted_at` by as much: no publisher's clock has to be right.
    A `deadline` without `submitted_at` is taken as it is; if it was past when the record was
    appended, the answer is `expired` and says so. Without one the time that the plan gives counts
    from then.
    """

    ce_type: ClassVar[str] = "ragline.query.submitted.v1"

    text: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=MAX_QUESTION_CHARS, pattern=r"\S"
        ),
    ]
    history: History = ()
    principal: Principal = Principal()
    filters: Filters = Filters()
    options: Options = Options()
    submitted_at: AwareDatetime | None = None
    deadline: AwareDatetime | None = None


class QueryEmbedding(Contract):
    """The question as a vector, with the fingerprint of the model that made it."""

    fingerprint: ModelName
    vector: Annotated[tuple[float, ...], Field(max_length=bounds.DIMENSIONS)]


class Candidate(Contract):
    """A chunk that a search found, with everything that later stages need.

    `start` and `end` are a half-open character range in the document's source text, and
    `text` is exactly that slice. `scores` are those of each search for the question, `fused` is in
    [0, 1]; `hop_fused` is the same for the sub-query that found it best, 0 if none did.
    No stage behind the retriever reads `updated_at`, and none at all `language` and `tags`, which
    only filter inside the store: they are there for records of earlier releases.
    `hop` is the look that found it, 0 for the first.
    """

    chunk_id: ChunkId
    document_id: DocumentId
    version: Version
    ordinal: int
    title: FoundTitle = ""
    heading_path: FoundPath = ()
    url: FoundUrl = None
    text: ChunkText
    start: int
    end: int
    language: FoundLanguage = None
    tags: FoundTags = ()
    updated_at: datetime | None = None
    scores: dict[SearchKind, float] = Field(default_factory=dict)
    fused: float = 0.0
    hop: HopNumber = 0
    hop_fused: float = 0.0

    @property
    def headings(self) -> tuple[str, ...]:
        """Where the chunk stands: title and heading path, each name once."""
        return headings_of(self.title, self.heading_path)

    @property
    def shortened(self) -> bool:
        """Whether title, headings or text were cut to their bounds."""
        return (
            len(self.text) == bounds.CHUNK_CHARS
            or bounds.is_clipped(self.title, bounds.TITLE_CHARS)
            or bounds.is_clipped_path(self.heading_path)
        )


class EarlierLooks(Contract):
    """What the looks so far found, the best passages first.

    The other fields are those of `CandidatesRetrieved`, of the first look.
    """

    candidates: Annotated[tuple[Candidate, ...], Field(max_length=bounds.CANDIDATES)] = ()
    watermark: int
    missing_versions: VersionsById = Field(default_factory=dict)
    unknown_words: Literals | None = None
    index: IndexName | None = None


class QueryClassified(QuerySubmitted):
    """The question with its intent, its entities and the plan for the later stages.

    `hops` are the looks after the first. Where the last of them is still to be made, `earlier` is
    what was found so far; the retriever adds to it.
    """

    ce_type: ClassVar[str] = "ragline.query.classified.v1"

    intent: Intent
    confidence: Annotated[float, Field(ge=0, le=1)]
    standalone_text: StandaloneText
    entities: Entities = Entities()
    plan: Plan
    embedding: QueryEmbedding | None = None
    degradations: Degradations = ()
    hops: Hops = ()
    earlier: EarlierLooks | None = None

    @model_validator(mode="after")
    def _earlier_than_a_look(self) -> Self:
        if self.earlier is not None and not self.hops:
            raise ValueError("`earlier` without the look that is to be made in `hops`")
        return self


class CandidatesRetrieved(QueryClassified):
    """The question with what the planned searches found, best first.

    `watermark` is the instant of the search in epoch milliseconds: every change whose status event
    was published before this instant was visible to the search.
    `missing_versions` were requested in `min_versions` but were not searchable in time.
    `unknown_words` are words of the question that no document has which its reader may see; null if
    that was not looked up.
    `index` is the one that was searched, by all searches; null for the base index.
    """

    ce_type: ClassVar[str] = "ragline.candidates.retrieved.v1"

    candidates: Annotated[tuple[Candidate, ...], Field(max_length=bounds.CANDIDATES)] = ()
    watermark: int
    missing_versions: VersionsById = Field(default_factory=dict)
    unknown_words: Literals | None = None
    index: IndexName | None = None


class Passage(Candidate):
    """A candidate that was selected for the context. `rerank` is null if it was not reranked."""

    rerank: float | None = None
    score: float


class CandidatesRanked(QueryClassified):
    """The question with its passages, best first."""

    ce_type: ClassVar[str] = "ragline.candidates.ranked.v1"

    passages: Annotated[tuple[Passage, ...], Field(max_length=bounds.PASSAGES)] = ()
    watermark: int
    missing_versions: VersionsById = Field(default_factory=dict)
    unknown_words: Literals | None = None
    index: IndexName | None = None
    rerank_model: ModelName | None = None

    @property
    def top_score(self) -> float | None:
        """The best passage's final score; null if nothing was ranked."""
        return max((passage.score for passage in self.passages), default=None)

    @model_validator(mode="after")
    def _each_passage_once(self) -> Self:
        if len({p.chunk_id for p in self.passages}) != len(self.passages):
            raise ValueError("a chunk appears twice in passages")
        return self
