"""`/v1/queries/{id}/feedback`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ragline.contracts import bounds
from ragline.contracts.base import Message
from ragline.contracts.cloudevents import Envelope
from ragline.contracts.feedback import FeedbackGiven
from ragline_gateway.access.gate import Asker
from ragline_gateway.api_document import problems
from ragline_gateway.body_kind import JSON_BODY
from ragline_gateway.limits.allowance import Allowed
from ragline_gateway.parts import Deps
from ragline_gateway.queries.models import Body

router = APIRouter(prefix="/v1/queries", tags=["feedback"])

Rating = Literal["up", "down"]


class CitationRating(Body):
    """The rating of one citation."""

    marker: Annotated[int, Field(ge=1, le=bounds.MARKER)]
    rating: Rating
    reason: Message | None = None


class FeedbackBody(Body):
    """A rating of the answer, of its citations, or both."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"rating": "up"},
                {
                    "rating": "down",
                    "reason": "the desk has moved",
                    "citations": [{"marker": 1, "rating": "down"}],
                },
            ]
        }
    )

    rating: Rating | None = None
    reason: Message | None = None
    citations: Annotated[tuple[CitationRating, ...], Field(max_length=50)] = ()

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.rating is None and not self.citations:
            raise ValueError("rate the answer (`rating`), or at least one of its `citations`")
        return self


class RatingsAccepted(BaseModel):
    """How many ratings were stored."""

    accepted: int


@router.post(
    "/{query_id}/feedback",
    status_code=202,
    summary="Rate an answer",
    responses=problems(404, 415),
    dependencies=[JSON_BODY],
)
async def give(
    query_id: str, body: FeedbackBody, caller: Asker, allowance: Allowed, parts: Deps
) -> RatingsAccepted:
    """Store ratings of an answer and of its citations; a later rating replaces an earlier one.

    Each rating counts as a request.
    """
    record = await parts.looking.record(query_id, caller)
    now = parts.clock()
    given = [(None, body.rating, body.reason)] if body.rating else []
    rated = [*given, *((each.marker, each.rating, each.reason) for each in body.citations)]
    await allowance.spend(len(rated))
    for marker, rating, reason in rated:
        event = FeedbackGiven(
            query_id=record.query_id,
            tenant=record.tenant,
            rating=rating,
            reason=reason,
            marker=marker,
            user=caller.user or caller.subject,
            given_at=now,
        )
        await parts.publisher.publish(event, envelope=Envelope(tenant=record.tenant))
    return RatingsAccepted(accepted=len(rated))
