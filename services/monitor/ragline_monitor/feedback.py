"""Counts ratings by the intent and plan of the rated answer."""

from __future__ import annotations

from ragline.contracts.feedback import FeedbackGiven
from ragline_monitor.history import thumbs_of
from ragline_monitor.ports import About, Memory, Meter, RatingOfAnswer, RecordId, Unmatched


class Ratings:
    """Counts ratings of answers and, separately, of citations."""

    def __init__(self, *, meter: Meter, memory: Memory) -> None:
        self._meter = meter
        self._memory = memory

    async def note(self, feedback: FeedbackGiven, record: RecordId) -> None:
        """Count the ratings of a feedback event once."""
        rating = RatingOfAnswer(
            tenant=feedback.tenant,
            of="answer" if feedback.marker is None else "citation",
            rating=feedback.rating,
            at=feedback.given_at or record.instant,
        )
        match await self._memory.rated(record, feedback.ref, rating):
            case Unmatched.REPEATED:
                self._meter.count("ragline_monitor_repeats_total", topic=record.topic)
            case Unmatched.EARLY as reason:
                self._unmatched(reason)
            case About() as about:
                await self.count(rating, about)

    async def count(self, rating: RatingOfAnswer, about: About) -> None:
        """Count a rating of a known answer."""
        self._meter.count(
            "ragline_monitor_feedback_total",
            about=rating.of,
            rating=rating.rating,
            intent=about.intent,
            plan=about.plan,
        )
        if rating.of == "answer":
            await self._memory.add(rating.at, thumbs_of(rating.rating, about))

    def _unmatched(self, reason: str) -> None:
        self._meter.count("ragline_monitor_feedback_unmatched_total", reason=reason)
