"""Request and response bodies of the queries API."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ragline.contracts.answer_schema import AnswerSchema
from ragline.contracts.base import VersionsById
from ragline.contracts.queries import MAX_QUESTION_CHARS, Filters, History, MaxAnswerTokens
from ragline_gateway.queries.records import QueryRecord

QUESTION = "How do I get a new badge?"


class NullsAsDefaults(BaseModel):
    """A null field that has a default counts as left out: serialisers write all that is unset."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        optional = {name for name, field in cls.model_fields.items() if not field.is_required()}
        return {
            name: value
            for name, value in given.items()
            if value is not None or name not in optional
        }


class Body(NullsAsDefaults):
    """A request's body: an unknown field is an error, so that a misspelt name is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AskFilters(NullsAsDefaults, Filters):
    """Filters on what is searched; a misspelt name is an error, as it would filter nothing."""

    model_config = ConfigDict(extra="forbid")


class AskOptions(Body):
    """Options of the answer; see `Options` of the event."""

    top_k: Annotated[int, Field(ge=1, le=50)] | None = None
    max_answer_tokens: MaxAnswerTokens | None = None
    json_schema: AnswerSchema | None = None
    min_versions: VersionsById = Field(default_factory=dict)


class AskBody(Body):
    """A question. The credentials determine the caller and the documents that may be searched."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"text": QUESTION},
                {
                    "text": "And how long does that take?",
                    "history": [
                        {"role": "user", "text": QUESTION},
                        {"role": "assistant", "text": "Ask at the front desk. [1]"},
                    ],
                    "filters": {"tags": ["handbook"]},
                    "options": {"max_answer_tokens": 200},
                    "deadline_s": 20,
                },
            ]
        }
    )

    text: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=MAX_QUESTION_CHARS, pattern=r"\S"
        ),
    ]
    history: History = ()
    filters: AskFilters = AskFilters()
    options: AskOptions = AskOptions()
    deadline_s: Annotated[float, Field(gt=0, le=86_400)] | None = Field(
        None, description="seconds until an answer is of no use any more"
    )


class Links(BaseModel):
    """Links to the question's state and event stream."""

    self: str
    events: str
    feedback: str

    @classmethod
    def of(cls, query_id: str) -> Self:
        """Return the links of a question."""
        here = f"/v1/queries/{query_id}"
        return cls(self=here, events=f"{here}/events", feedback=f"{here}/feedback")


class QueryState(BaseModel):
    """A question and, once there is one, its answer.

    `status` is `pending` until the terminal answer exists, then `answered`, `refused`, `failed` or
    `expired`. `answer` is the event `ragline.query.answered.v1` as it was published.
    """

    query_id: str
    status: str
    submitted_at: AwareDatetime
    deadline: AwareDatetime
    answer: dict[str, Any] | None = None
    links: Links

    @classmethod
    def of(cls, record: QueryRecord, answer: dict[str, Any] | None) -> Self:
        """Return the state of a question."""
        return cls(
            query_id=record.query_id,
            status=answer["status"] if answer else "pending",
            submitted_at=record.submitted_at,
            deadline=record.deadline,
            answer=answer,
            links=Links.of(record.query_id),
        )
