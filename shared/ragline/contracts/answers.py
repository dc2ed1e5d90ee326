"""The one terminal answer of a question."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field, StringConstraints

from ragline.contracts import bounds
from ragline.contracts.base import (
    ChunkId,
    ChunkText,
    Contract,
    Degradations,
    DocumentId,
    Marker,
    Message,
    ModelName,
    Name,
    QueryEvent,
    QuestionDigest,
    StandaloneText,
    Version,
    VersionsById,
)
from ragline.contracts.found import FoundPath, FoundTitle, FoundUrl
from ragline.contracts.headings import headings_of
from ragline.contracts.hops import HopNumber, Hops
from ragline.contracts.indexes import IndexName
from ragline.contracts.plan import Intent

AnswerText = Annotated[str, StringConstraints(max_length=bounds.ANSWER_CHARS)]
QuestionParts = Annotated[tuple[StandaloneText, ...], Field(max_length=bounds.QUESTION_PARTS)]
Markers = Annotated[tuple[Marker, ...], Field(max_length=bounds.PASSAGES)]


class AnswerStatus(StrEnum):
    """How a question ended."""

    ANSWERED = "answered"
    REFUSED = "refused"
    FAILED = "failed"
    EXPIRED = "expired"


class Degradation(StrEnum):
    """An optional step that the pipeline skipped or reduced."""

    CLASSIFIER_LLM = "classifier_llm_skipped"
    REWRITE = "rewrite_skipped"
    VECTOR = "vector_search_skipped"
    KEYWORD = "keyword_search_skipped"
    METADATA = "metadata_search_skipped"
    MIN_VERSIONS = "min_versions_not_reached"
    RERANK = "rerank_skipped"
    RERANK_DEPTH = "rerank_depth_reduced"
    LLM = "llm_skipped"
    LLM_FALLBACK = "llm_fallback_model"
    STREAM = "token_stream_skipped"
    WHOLE_TEXT = "answer_cut_off"
    CANDIDATES = "candidates_trimmed"
    CANDIDATE_TEXT = "candidates_shortened"
    CLAIMS = "claims_trimmed"
    SECOND_LOOK = "second_look_skipped"
    HOPS_LLM = "hops_llm_skipped"


class ClaimSupport(StrEnum):
    """Whether the cited passages support a claim."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"


class ClaimProblem(StrEnum):
    """Why a claim is not supported by the passages that it cites.

    `uncited`: it cites no passage. `words`: the passages contain too few of its words. `number`,
    `name`: the passages contain a different one, or none. `negation`: claim and passages contradict
    each other by a negation. `order`: names are swapped. `opinion`: a second model disagrees.
    """

    UNCITED = "uncited"
    WORDS = "words"
    NUMBER = "number"
    NAME = "name"
    NEGATION = "negation"
    ORDER = "order"
    OPINION = "opinion"


class Citation(Contract):
    """A checkable source: `quote` is the slice `[start, end)` of the document's source text.

    `hop` is the look that found it: 0 for the first, else its place in the answer's `hops`.
    """

    marker: Marker
    chunk_id: ChunkId
    document_id: DocumentId
    version: Version
    title: FoundTitle = ""
    heading_path: FoundPath = ()
    url: FoundUrl = None
    start: int
    end: int
    quote: ChunkText
    hop: HopNumber = 0

    @property
    def headings(self) -> tuple[str, ...]:
        """Where the quote stands: title and heading path, each name once."""
        return headings_of(self.title, self.heading_path)


class Claim(Contract):
    """One sentence of the answer: `[start, end)` in the answer's text, and its verdict.

    `score` is in [0, 1]; `problem` says why the claim is not supported.
    """

    text: AnswerText
    start: int
    end: int
    support: ClaimSupport
    score: float
    markers: Markers = ()
    problem: ClaimProblem | None = None


class Validation(Contract):
    """The verdicts on all claims. `method` names how the claims were judged."""

    method: Name
    claims: Annotated[tuple[Claim, ...], Field(max_length=bounds.CLAIMS)] = ()

    @property
    def support_ratio(self) -> float:
        """Share of claims that are supported; 1.0 when there are none."""
        if not self.claims:
            return 1.0
        return sum(c.support is ClaimSupport.SUPPORTED for c in self.claims) / len(self.claims)


class Usage(Contract):
    """Tokens and money of one answer. `cost` is in US dollars, null when no price is known."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    context_tokens_before: int = 0
    context_tokens_after: int = 0
    cost: float | None = None


class StageTiming(Contract):
    """When a stage worked on the record: instants in epoch milliseconds.

    `queued` is when the record was appended to the topic, so waiting is `started - queued`
    and work is `finished - started`.
    """

    stage: Name
    queued: float
    started: float
    finished: float


# `AnswerError.code`: another question of the tenant has the same id
DUPLICATE_ID = "duplicate_id"


class AnswerError(Contract):
    """Why a question failed. `code` is stable, `message` is for people.

    `retry_after` is in seconds: asking again earlier is useless (code `overloaded`).
    """

    code: Name
    message: Message
    retry_after: float | None = None


class NearestSource(Contract):
    """A document close to a refused question, with the heading and score of its best passage."""

    document_id: DocumentId
    version: Version
    title: FoundTitle = ""
    heading_path: FoundPath = ()
    url: FoundUrl = None
    score: float


class Cached(Contract):
    """When an equal question was first answered; does not disclose who asked it."""

    answered_at: AwareDatetime


class QueryAnswered(QueryEvent):
    """The terminal answer. Published once per query and attempt; a repeat is byte-identical.

    `attempt` is above 1 only if an operator replayed the query from the dead letters.
    `question_digest` says which question is answered, should two of one tenant have the same id:
    the answer to the second one is `failed` with code `duplicate_id`.
    `json_text` is the answer as JSON that fits the question's `json_schema`; null without one, and
    for a refusal. It is made from the supported part of the text, whose citations are its sources.
    `unanswered` are those questions of several, or sides of a comparison, that no source covers;
    the text names them, too. Empty for a refusal, which answers nothing.
    `support` is the probability that the passages found hold what was asked, in [0, 1], as measured
    where half of all questions had an answer; of several questions the lowest. Null if that was not
    estimated: nothing was found, or a heading names just what the question does.
    `missing_versions` are those of the question's `min_versions` that were not searchable in time.
    `index` is the one that was searched; null for the base index, or if none was searched.
    `hops` are the looks after the first, in their order.
    `cached` is set if text, citations and verdicts were made for an earlier question, from the same
    versions of the same passages; `usage` is then the cost of this answer, not of the earlier one.
    `first_text_ms` is the time from the start of the generator's work until readers could see the
    first text of the answer, in milliseconds; null if nothing was streamed.
    `top_score` is the best passage's final score, in [0, 1]; null if nothing was ranked. Scores are
    normalised within a question: `top_score` shows how far the searches and the reranker agree on
    the best passage. Compare it over many questions, not between two single ones.
    """

    ce_type: ClassVar[str] = "ragline.query.answered.v1"

    attempt: int = 1
    question_digest: QuestionDigest | None = None
    status: AnswerStatus
    text: AnswerText = ""
    json_text: AnswerText | None = None
    intent: Intent | None = None
    plan: Name | None = None
    standalone_text: StandaloneText | None = None
    citations: Annotated[tuple[Citation, ...], Field(max_length=bounds.PASSAGES)] = ()
    unanswered: QuestionParts = ()
    support: float | None = None
    nearest: Annotated[tuple[NearestSource, ...], Field(max_length=bounds.PASSAGES)] = ()
    validation: Validation | None = None
    degradations: Degradations = ()
    top_score: float | None = None
    usage: Usage = Usage()
    models: Annotated[dict[Name, ModelName], Field(max_length=bounds.MODELS)] = Field(
        default_factory=dict
    )
    timings: Annotated[tuple[StageTiming, ...], Field(max_length=bounds.TIMINGS)] = ()
    first_text_ms: float | None = None
    watermark: int | None = None
    missing_versions: VersionsById = Field(default_factory=dict)
    index: IndexName | None = None
    hops: Hops = ()
    error: AnswerError | None = None
    cached: Cached | None = None
    answered_at: AwareDatetime
