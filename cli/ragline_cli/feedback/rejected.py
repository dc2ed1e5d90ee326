"""Answers that the majority rated down, for people to read."""

from __future__ import annotations

from typing import Any

from ragline_cli.feedback.disclosure import Disclosure
from ragline_cli.feedback.rated_answers import RatedAnswer
from ragline_cli.terminal import printable


def rejected_row(rated: RatedAnswer, disclosure: Disclosure) -> dict[str, Any]:
    """Return a row of `rejected.jsonl`: question, answer, documents, and the users' comments.

    The answer is null if one of its sources may not be exported; only documents that may be
    exported are named. Terminal control characters are removed.
    """
    answer = rated.answer
    cited = dict.fromkeys(citation.document_id for citation in answer.citations)
    return {
        "query_id": answer.query_id,
        "question": _plain(answer.standalone_text),
        "answer": _plain(answer.text) if disclosure.may_show(answer) else None,
        "status": answer.status,
        "error": answer.error.code if answer.error else None,
        "intent": answer.intent,
        "plan": answer.plan,
        "answered_at": answer.answered_at.isoformat(),
        "documents": [d for d in cited if disclosure.may_name(d)],
        "ratings": rated.tally._asdict(),
        "reasons": [
            {"marker": rating.marker, "reason": _plain(rating.reason)}
            for rating in rated.ratings
            if rating.reason and not rating.up
        ],
    }


def _plain(text: str | None) -> str | None:
    return None if text is None else printable(text)
