"""What a user thought of an answer."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, StringConstraints

from ragline.contracts.base import DEFAULT_TENANT, QueryEvent, Tenant


class FeedbackGiven(QueryEvent):
    """A rating of an answer, or of one of its citations (`marker`)."""

    ce_type: ClassVar[str] = "ragline.feedback.given.v1"

    tenant: Tenant = DEFAULT_TENANT
    rating: Literal["up", "down"]
    reason: Annotated[str, StringConstraints(max_length=2_000)] | None = None
    marker: int | None = None
    user: str | None = None
    given_at: AwareDatetime | None = None
