"""Builds the terminal answer of a question from the outcome of the stage."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ragline.contracts import bounds
from ragline.contracts.answers import (
    AnswerError,
    AnswerStatus,
    Degradation,
    QueryAnswered,
    Usage,
    Validation,
)
from ragline.contracts.queries import CandidatesRanked
from ragline_generator.refusal.relevance import Relevance
from ragline_generator.validation.check import Checked
from ragline_generator.validation.citations import nearest

NO_PASSAGES = AnswerError(
    code="no_passages", message="No document that you may read matches the question."
)
NOT_RELEVANT = AnswerError(
    code="not_relevant", message="The documents found do not seem to be about the question."
)
NOT_COVERED = AnswerError(
    code="not_covered",
    message="The documents found are about this subject, but do not seem to hold the answer.",
)
NEEDS_ALL = AnswerError(
    code="needs_all",
    message="The question asks about all documents, and an answer is made from the few passages "
    "found: counting, listing or comparing all of them is not possible.",
)
NO_ANSWER = AnswerError(code="no_answer", message="The documents found do not answer the question.")
UNSUPPORTED = AnswerError(
    code="unsupported", message="No answer could be given that the documents support."
)
CANCELLED = AnswerError(code="cancelled", message="A reader asked to stop this answer.")

_WORDS_NAMED = 5


def not_answered_by(relevance: Relevance, *, unknown: Collection[str] = ()) -> AnswerOutcome:
    """Return the refusal for this relevance, with the question's words that no document contains.

    `unknown` are those that the index does not have: of other words that no passage holds, a page
    that was not found may still speak.
    """
    reason = NOT_COVERED if relevance.on_subject else NOT_RELEVANT
    parts = {part for word in unknown for part in (word, word.partition("'")[0])}
    missing = [word for word in relevance.missing if word in parts]
    return AnswerOutcome(
        status=AnswerStatus.REFUSED,
        reason=reason,
        missing=tuple(missing[:_WORDS_NAMED]),
        support=relevance.support,
    )


def nothing_asked() -> AnswerOutcome:
    """Return the refusal of a text that gives orders to the model and asks nothing."""
    return AnswerOutcome(status=AnswerStatus.REFUSED, reason=NOT_RELEVANT)


def other_kind(asked: Sequence[str], *, unknown: Collection[str] = ()) -> AnswerOutcome:
    """Return the refusal where passages are about other kinds of the thing than the `asked` one."""
    missing = tuple(word for word in asked if word in unknown)
    return AnswerOutcome(status=AnswerStatus.REFUSED, reason=NOT_COVERED, missing=missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOutcome:
    """How the question ended, before it becomes an event.

    `missing` are words of the question that no document contains, `unanswered` the questions of
    several that are left open. `json_text` and `support` are those of `QueryAnswered`.
    """

    status: AnswerStatus
    checked: Checked | None = None
    json_text: str | None = None
    reason: AnswerError | None = None
    missing: Sequence[str] = ()
    unanswered: Sequence[str] = ()
    support: float | None = None
    usage: Usage = field(default_factory=Usage)
    models: Mapping[str, str] = field(default_factory=dict)
    degradations: Sequence[Degradation] = ()

    def leaving_open(self, questions: Sequence[str], *, said: str) -> AnswerOutcome:
        """Return the outcome with the `questions` left open, and the paragraph that says so."""
        if self.checked is None:
            return self
        checked = replace(self.checked, text=f"{self.checked.text}\n\n{said}")
        return replace(self, checked=checked, unanswered=tuple(questions))

    @property
    def text(self) -> str:
        """The text of the answer, or the reason for a refusal or failure."""
        if self.status is AnswerStatus.REFUSED and self.reason is not None:
            return self.reason.message
        return self.checked.text if self.checked is not None else ""


def answered(
    event: CandidatesRanked,
    outcome: AnswerOutcome,
    *,
    at: datetime,
    first_text_ms: float | None = None,
) -> QueryAnswered:
    """Return the event of `outcome`; a refusal names the nearest sources instead of citations.

    What its fields cannot hold is cut, and named in `degradations`.
    """
    refused = outcome.status is AnswerStatus.REFUSED
    checked = outcome.checked
    text = outcome.text[: bounds.ANSWER_CHARS]
    validation = _first_claims(checked.validation, text) if checked is not None else None
    cut = (
        *((Degradation.WHOLE_TEXT,) if text != outcome.text else ()),
        *((Degradation.CLAIMS,) if checked and validation != checked.validation else ()),
    )
    degradations = dict.fromkeys((*event.degradations, *outcome.degradations, *cut))
    return QueryAnswered(
        query_id=event.query_id,
        tenant=event.tenant,
        status=outcome.status,
        text=text,
        json_text=outcome.json_text,
        intent=event.intent,
        plan=event.plan.name,
        standalone_text=event.standalone_text,
        unanswered=() if refused else tuple(outcome.unanswered),
        support=None if outcome.support is None else round(outcome.support, 3),
        citations=() if refused or checked is None else checked.citations,
        nearest=nearest(event.passages) if refused else (),
        validation=validation,
        degradations=tuple(degradations),
        top_score=event.top_score,
        usage=outcome.usage,
        models={
            role: bounds.clip(name, bounds.MODEL_CHARS) for role, name in outcome.models.items()
        },
        first_text_ms=first_text_ms,
        watermark=event.watermark,
        missing_versions=event.missing_versions,
        index=event.index,
        hops=event.hops,
        error=outcome.reason,
        answered_at=at,
    )


def _first_claims(validation: Validation, text: str) -> Validation:
    """Return the verdicts on the first claims of `text`, as many as an answer tells."""
    within = [claim for claim in validation.claims if claim.end <= len(text)]
    return validation.model_copy(update={"claims": tuple(within[: bounds.CLAIMS])})
