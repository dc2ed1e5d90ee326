"""A question's times by the broker's clock: a publisher's clock may be wrong by hours."""

from __future__ import annotations

from datetime import datetime

from ragline.contracts.queries import QuerySubmitted


def on_brokers_clock(
    event: QuerySubmitted, *, appended_at: datetime, now: datetime
) -> QuerySubmitted:
    """Return a question that has just come in as submitted when the broker appended it.

    The span between the two times that a publisher stated is right whatever its clock says, so the
    deadline moves along. A deadline without `submitted_at` can only be believed. On a topic without
    `message.timestamp.type=LogAppendTime` a record's time is its publisher's, too: it counts as
    `now` at the latest, so that a clock that is fast gains no time.
    """
    submitted = min(appended_at, now)
    return event.model_copy(
        update={"submitted_at": submitted, "deadline": _moved(event, submitted)}
    )


def _moved(event: QuerySubmitted, submitted: datetime) -> datetime | None:
    if event.deadline is None or event.submitted_at is None:
        return event.deadline
    try:
        return event.deadline + (submitted - event.submitted_at)
    except OverflowError:  # "never" may be the year 9999
        return event.deadline
