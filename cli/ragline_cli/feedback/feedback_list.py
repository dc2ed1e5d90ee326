"""Feedback with the answers that it refers to, newest last."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ragline.contracts.answers import QueryAnswered
from ragline.contracts.feedback import FeedbackGiven
from ragline.contracts.topics import ANSWERS, FEEDBACK
from ragline.messaging.record import Record
from ragline.settings import KafkaSettings
from ragline_cli.feedback.answer_records import AnswerRecords
from ragline_cli.feedback.period import Period
from ragline_cli.feedback.ratings import Rating
from ragline_cli.feedback.records import each_record
from ragline_cli.feedback.votes import VoteCount
from ragline_cli.kafka.events import parse
from ragline_cli.kafka.extent import OnProgress, no_progress

_LAST_INSTANT_S = 253_402_300_799  # 9999-12-31; a producer can write any later timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackFilters:
    """Conditions that feedback must meet; null means no condition. `up` is the rating."""

    period: Period
    tenant: str | None = None
    up: bool | None = None

    def match(self, event: FeedbackGiven, record: Record) -> bool:
        """Whether a rating meets the conditions."""
        return (
            self.period.holds(record.timestamp)
            and self.tenant in (None, event.tenant)
            and self.up in (None, event.rating == "up")
        )


@dataclass(slots=True)
class FeedbackList:
    """The newest `limit` matching ratings (all if it is null), and counts of all matching ones.

    `answers` are those that the shown ratings refer to, by query id; only of the rating's tenant.
    """

    filters: FeedbackFilters
    limit: int | None = None
    up: int = 0
    down: int = 0
    unreadable: int = 0
    answers: Mapping[tuple[str, str], QueryAnswered] = field(default_factory=dict)
    _heap: list[tuple[int, tuple[int, int], Rating]] = field(default_factory=list)

    def see(self, record: Record) -> None:
        """Process a record."""
        event = parse(FeedbackGiven, record.value)
        if event is None:
            self.unreadable += self.filters.period.holds(record.timestamp)
        elif self.filters.match(event, record):
            self._add(Rating.of(event, record))

    def _add(self, rating: Rating) -> None:
        self.up += rating.up
        self.down += not rating.up
        heapq.heappush(self._heap, (*rating.order, rating))
        if self.limit is not None and len(self._heap) > self.limit:
            heapq.heappop(self._heap)

    @property
    def tally(self) -> VoteCount:
        """The votes of all matching ratings."""
        return VoteCount(self.up, self.down)

    @property
    def ratings(self) -> list[Rating]:
        """The ratings to show, newest last."""
        return [rating for *_, rating in sorted(self._heap, key=lambda item: item[:2])]

    def answer(self, rating: Rating) -> QueryAnswered | None:
        """Return the answer that a rating refers to, if it is still on the topic."""
        return self.answers.get((rating.query_id, rating.tenant))

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "feedback": [row(rating, self.answer(rating)) for rating in self.ratings],
            "matched": self.up + self.down,
            "up": self.up,
            "down": self.down,
            "unreadable": self.unreadable,
        }


def row(rating: Rating, answer: QueryAnswered | None) -> dict[str, Any]:
    """Return a rating as JSON data; fields from its answer are null without one."""
    return {
        "at": appended_at(rating).isoformat(),
        "tenant": rating.tenant,
        "query_id": rating.query_id,
        "rating": "up" if rating.up else "down",
        "marker": rating.marker,
        "reason": rating.reason,
        "intent": answer and answer.intent,
        "plan": answer and answer.plan,
        "status": answer and answer.status,
        "question": answer and answer.standalone_text,
    }


def appended_at(rating: Rating) -> datetime:
    """Return when a rating was appended to its topic."""
    return datetime.fromtimestamp(min(rating.appended_ms / 1000, _LAST_INSTANT_S), UTC)


async def list_feedback(
    kafka: KafkaSettings,
    filters: FeedbackFilters,
    *,
    limit: int | None = None,
    on_progress: OnProgress = no_progress,
) -> FeedbackList:
    """Return the feedback that matches `filters`.

    Raises:
        Unavailable: no broker answers.
        Misconfigured: a topic does not exist, or the broker refuses.
    """
    listing = FeedbackList(filters, limit)
    start = filters.period.since
    await each_record(kafka, FEEDBACK.name, listing.see, on_progress=on_progress, start=start)
    shown = listing.ratings
    if shown:
        answers = AnswerRecords(rating.query_id for rating in shown)
        await each_record(kafka, ANSWERS.name, answers.see, on_progress=on_progress)
        about = {(r.query_id, r.tenant): answers.of(r.query_id).get(r.tenant) for r in shown}
        listing.answers = {key: answer for key, answer in about.items() if answer}
    return listing
