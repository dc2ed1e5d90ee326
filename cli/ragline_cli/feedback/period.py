"""The period of the feedback that a command works on, by append time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from ragline.clock import epoch_ms
from ragline.errors import Misconfigured
from ragline_cli.instants import read_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `since`, inclusive, to `until`, exclusive; null means no limit.

    The append time in Kafka counts, not `given_at`: by `given_at`, a late rating would belong to a
    day that has already been exported, and would never be exported.
    """

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, appended_ms: int) -> bool:
        """Whether an instant, in epoch milliseconds, is in the period."""
        after = self.since is None or appended_ms >= epoch_ms(self.since)
        return after and (self.until is None or appended_ms < epoch_ms(self.until))

    def __str__(self) -> str:
        if self.since is None and self.until is None:
            return "all that is kept"
        parts = [("from", self.since), ("to before", self.until)]
        return " ".join(f"{word} {at:%Y-%m-%d %H:%M:%S %Z}" for word, at in parts if at)


def make_period(*, since: str | None, until: str | None, now: datetime) -> Period:
    """Parse a period from the command line.

    Raises:
        Misconfigured: `since` or `until` is not an instant.
    """
    return Period(
        since=read_instant(since, now) if since else None,
        until=read_instant(until, now) if until else None,
    )


def day_of(text: str | None, now: datetime) -> Period:
    """Return a whole day in UTC: the one that `text` names, else yesterday.

    Raises:
        Misconfigured: the text is not a date.
    """
    try:
        day = date.fromisoformat(text) if text else (now.astimezone(UTC) - timedelta(days=1)).date()
        start = datetime.combine(day, time(), UTC)
        return Period(since=start, until=start + timedelta(days=1))
    except (ValueError, OverflowError) as error:
        raise Misconfigured(f"{text!r} is no day; write 2026-01-05") from error
