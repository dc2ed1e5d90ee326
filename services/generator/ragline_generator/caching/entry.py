"""Conversion of an answer to a cache entry, and of an entry to the next caller's answer."""

from __future__ import annotations

from datetime import datetime

from pydantic import ValidationError

from ragline.contracts.answers import AnswerStatus, Cached, Degradation, QueryAnswered
from ragline.contracts.queries import CandidatesRanked
from ragline_generator.validation.citations import nearest

_FINAL = (AnswerStatus.ANSWERED, AnswerStatus.REFUSED)
_WRITING = {Degradation.LLM, Degradation.LLM_FALLBACK}


def is_worth_keeping(answer: QueryAnswered, event: CandidatesRanked) -> bool:
    """Tell whether `answer` is final and was made without degradations in this stage.

    A refusal before any generation (no `models`) is not cached, because it is as cheap as a
    look-up. Degradations of earlier stages do not matter: the key contains what they found.
    """
    lacked = set(answer.degradations) - (set(event.degradations) - _WRITING)
    return answer.status in _FINAL and bool(answer.models) and lacked <= {Degradation.STREAM}


def impersonal(answer: QueryAnswered, key: str) -> QueryAnswered:
    """Return `answer` for the cache: without data of its caller, and with `key` as its query id."""
    return answer.model_copy(
        update={
            "query_id": key,
            "standalone_text": None,
            "nearest": (),
            "degradations": (),
            "top_score": None,
            "watermark": None,
            "missing_versions": {},
            "hops": (),
        }
    )


def repeated(
    stored: QueryAnswered,
    event: CandidatesRanked,
    *,
    without: tuple[Degradation, ...],
    at: datetime,
) -> QueryAnswered:
    """Return `stored` as the answer to `event` at the time `at`, with no token usage."""
    free = {"prompt_tokens": 0, "completion_tokens": 0, "cost": 0.0}
    refused = stored.status is AnswerStatus.REFUSED
    return stored.model_copy(
        update={
            "query_id": event.query_id,
            "standalone_text": event.standalone_text,
            "nearest": nearest(event.passages) if refused else (),
            "degradations": tuple(dict.fromkeys((*event.degradations, *without))),
            "top_score": event.top_score,
            "watermark": event.watermark,
            "missing_versions": event.missing_versions,
            "hops": event.hops,
            "usage": stored.usage.model_copy(update=free),
            "cached": Cached(answered_at=stored.answered_at),
            "answered_at": at,
        }
    )


def read_entry(value: bytes, key: str) -> QueryAnswered | None:
    """Return the answer stored under `key`, or None if `value` is not one."""
    try:
        stored = QueryAnswered.model_validate_json(value)
    except ValidationError:
        return None
    return stored if stored.query_id == key else None
