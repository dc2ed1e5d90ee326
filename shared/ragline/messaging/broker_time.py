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


def past_deadline(event: QuerySubmitted, *, appended_at: datetime) -> str | None:
    """Return what to tell a publisher that left its question no time at all; else None.

    Args:
        event: the question as it was published.
        appended_at: when the broker appended it.
    """
    if event.deadline is None:
        return None
    if event.submitted_at is not None:
        if event.deadline > event.submitted_at:
            return None
        return f"the stated deadline {event.deadline} is not after submitted_at"
    if event.deadline > appended_at:
        return None
    return (
        f"the stated deadline {event.deadline} was past when Kafka stored the question, at "
        f"{appended_at}. If your clock is wrong, state submitted_at beside it, so that only the "
        "time between the two counts; without a deadline the time counts from Kafka's clock"
    )


def _moved(event: QuerySubmitted, submitted: datetime) -> datetime | None:
    if event.deadline is None or event.submitted_at is None:
        return event.deadline
    try:
        return event.deadline + (submitted - event.submitted_at)
    except OverflowError:  # "never" may be the year 9999
        return event.deadline
