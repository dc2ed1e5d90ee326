"""What a failed record's exception means: its cause, its code, and of whom it speaks."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ValidationError

from ragline.contracts import bounds
from ragline.contracts.dead_letters import Cause
from ragline.errors import (
    CircuitOpen,
    InvalidDocument,
    InvalidEvent,
    KillsTheWorker,
    RaglineError,
    SourceAway,
    TransientError,
)
from ragline.messaging.record import Record
from ragline.redaction import without_secrets

_MAX_PLACE_CHARS = 64


class Failure(BaseModel):
    """An exception as it appears in answers, statuses and dead letters."""

    cause: Cause
    code: str
    message: str
    retry_after: float | None = None


def diagnose(error: Exception) -> Failure:
    """Translate an exception that came out of FastStream's pipeline; no secret is in the text."""
    match error:
        case ValidationError() if error.errors()[0]["type"] == "json_invalid":
            cause, code, message = Cause.INVALID_JSON, "invalid_event", _first_errors(error)
        case ValidationError():
            cause, code, message = Cause.INVALID_SCHEMA, "invalid_event", _first_errors(error)
        case InvalidEvent():
            cause, code, message = Cause(error.cause), error.code, str(error)
        case TransientError():
            cause, code, message = Cause.RETRIES_EXHAUSTED, error.code, str(error)
        case KillsTheWorker():
            cause, code, message = Cause.KILLS_THE_WORKER, error.code, str(error)
        case RaglineError():
            cause, code, message = Cause.PERMANENT_ERROR, error.code, str(error)
        case _:
            cause, code = Cause.PERMANENT_ERROR, "internal"
            message = f"{type(error).__name__}: {error}"
    return Failure(
        cause=cause,
        code=code,
        message=_storable(without_secrets(message)),
        retry_after=_retry_after(error),
    )


class Blame(StrEnum):
    """Of whom a failure speaks; only the first two may stop a topic (`messaging/flood.py`)."""

    US = "us"  # internal errors, settings that cannot work, a dependency that refuses
    DEPENDENCY = "dependency"  # one that does not answer
    PUBLISHER = "publisher"  # what was published cannot be used


def blame(error: Exception) -> Blame:
    """Tell of whom an exception speaks that came out of FastStream's pipeline."""
    match error:
        case (
            ValidationError() | InvalidEvent() | InvalidDocument() | SourceAway() | KillsTheWorker()
        ):
            return Blame.PUBLISHER
        case TransientError():
            return Blame.DEPENDENCY
    return Blame.US


def publisher_of(record: Record, tenant: str | None) -> str | None:
    """Return whose record it is: the key's prefix, else `tenant` of its header; None if unknown."""
    prefix, slash, _ = (record.key or b"").partition(b"/")
    if slash:
        return prefix[: bounds.NAME_CHARS].decode("utf-8", "replace")
    return tenant


def _retry_after(error: Exception) -> float | None:
    """Return how many seconds a client should wait before it asks again; None if unknown."""
    if isinstance(error, CircuitOpen):  # only this process waits: another may answer now
        return None
    return error.retry_after if isinstance(error, TransientError) else None


def _first_errors(error: ValidationError, limit: int = 5) -> str:
    found = error.errors(include_url=False, include_input=False, include_context=False)
    places = (".".join(map(_place, e["loc"])) or "event" for e in found[:limit])
    return "; ".join(f"{place}: {e['msg']}" for place, e in zip(places, found, strict=False))


def _storable(message: str) -> str:
    """Return what an event can carry of a message: short enough, and nothing but Unicode."""
    return message[: bounds.MESSAGE_CHARS].encode("utf-8", "replace").decode()


def _place(part: int | str) -> str:
    """Return a part of an error's place; a key of a table is the publisher's own."""
    return bounds.clip(str(part), _MAX_PLACE_CHARS)
