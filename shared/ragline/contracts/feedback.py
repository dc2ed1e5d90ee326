"""What a user thought of an answer."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import AwareDatetime

from ragline.contracts.base import (
    Marker,
    Message,
    QueryEvent,
    UserName,
)


class FeedbackGiven(QueryEvent):
    """A rating of an answer, or of one of its citations (`marker`)."""

    ce_type: ClassVar[str] = "ragline.feedback.given.v1"

    rating: Literal["up", "down"]
    reason: Message | None = None
    marker: Marker | None = None
    user: UserName | None = None
    given_at: AwareDatetime | None = None
