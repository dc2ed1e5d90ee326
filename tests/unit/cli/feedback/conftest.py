"""Feedback, answers and documents, without a broker."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ragline.contracts.answers import AnswerStatus, Citation, QueryAnswered
from ragline.contracts.documents import DocumentChanged
from ragline.contracts.feedback import FeedbackGiven
from ragline.contracts.plan import Intent
from ragline_cli.feedback.access import Access
from ragline_cli.feedback.disclosure import Disclosure
from ragline_cli.feedback.documents import Documents
from ragline_cli.feedback.rated_answers import RatedAnswer
from ragline_cli.feedback.ratings import Rating

NOW = datetime(2026, 11, 25, 6, tzinfo=UTC)
YESTERDAY_MS = int(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp() * 1000)


@dataclass
class FakeRecord:
    """A record as a consumer gets it."""

    value: bytes | None
    key: bytes | None = None
    topic: str = "feedback"
    partition: int = 0
    offset: int = 0
    timestamp: int = YESTERDAY_MS
    headers: Sequence[tuple[str, bytes]] = field(default_factory=list)


def record(event: Any, **options: Any) -> FakeRecord:
    return FakeRecord(**{"value": event.to_json(), "key": event.key.encode(), **options})


def given(rating: str = "up", query_id: str = "q", **options: Any) -> FeedbackGiven:
    fields = {"query_id": query_id, "rating": rating, "tenant": "acme", **options}
    return FeedbackGiven.model_validate(fields)


def rated(*ratings: tuple[str, int | None, str], query_id: str = "q") -> list[Rating]:
    """Return ratings (rating, marker, user) in their order."""
    return [
        Rating.of(given(rating, query_id, marker=marker, user=user), record(given(), offset=place))
        for place, (rating, marker, user) in enumerate(ratings)
    ]


def citation(marker: int, document_id: str, **options: Any) -> Citation:
    fields = {
        "marker": marker,
        "chunk_id": f"{document_id}-{marker}",
        "document_id": document_id,
        "version": 1,
        "start": 0,
        "end": 5,
        "quote": "quote",
        **options,
    }
    return Citation.model_validate(fields)


def answered(query_id: str = "q", *documents: str, **options: Any) -> QueryAnswered:
    """Return an answer that cites `documents` as [1], [2], …"""
    fields = {
        "query_id": query_id,
        "tenant": "acme",
        "status": AnswerStatus.ANSWERED,
        "text": "Press F9 [1].",
        "intent": Intent.PROCEDURAL,
        "plan": "procedural",
        "standalone_text": f"How is {query_id} done?",
        "citations": [citation(n, d) for n, d in enumerate(documents, start=1)],
        "answered_at": NOW - timedelta(days=1),
        **options,
    }
    return QueryAnswered.model_validate(fields)


def judged_answer(answer: QueryAnswered, *ratings: tuple[str, int | None, str]) -> RatedAnswer:
    return RatedAnswer(answer=answer, ratings=rated(*ratings, query_id=answer.query_id))


def document(document_id: str = "d", version: int = 1, **options: Any) -> DocumentChanged:
    fields = {"tenant": "acme", "document_id": document_id, "version": version, **options}
    if not {"content_uri", "operation"} & fields.keys():
        fields.setdefault("content", f"All about {document_id}.")
    return DocumentChanged.model_validate(fields)


def disclosure(
    *events: DocumentChanged,
    restricted: Iterable[str] = (),
    answers: Iterable[RatedAnswer] = (),
    include_restricted: bool = False,
) -> Disclosure:
    documents, access = Documents(io.BytesIO()), Access()
    for event in events:
        documents.put(event)
    for document_id in restricted:
        access.state(document_id, version=1, groups=("hr",), by_event=True)
    return Disclosure(documents, access, answers, include_restricted=include_restricted)
