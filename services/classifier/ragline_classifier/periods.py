"""Calendar periods in English: `2024`, `March 2023`, `2024-05-01`, `3 May 2024`.

A small closed grammar instead of a date library: lenient parsers read "may", "2000 requests" or
"10" as dates, and a filter that hides documents must not be based on a guess. Instants are UTC.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from ragline_classifier.entities import MONTH

# A bare number is a year only if no noun follows: "since 2024 in Europe", not "after 2000 rows"
_FUNCTION_WORDS = (
    r"and|or|but|in|on|at|for|of|to|about|with|by|as|from|until|till|that|which|who|what|how|the"
)
PERIOD = (
    r"(?P<iso>(?:19|20)\d\d-\d\d-\d\d)(?![\d-])"
    rf"|(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?)?(?P<month>{MONTH})\.?\s+"
    r"(?:(?P<day2>\d{1,2})(?:st|nd|rd|th)?,?\s+)?(?P<month_year>(?:19|20)\d\d)(?!\d)"
    r"|(?P<year_month>(?:19|20)\d\d-\d\d)(?![\d-])"
    rf"|(?P<year>(?:19|20)\d\d)(?![\w-]|[.,]\d)(?=\s*$|\s*[?!.,;:)\n]|\s+(?:{_FUNCTION_WORDS})\b)"
)


@dataclass(frozen=True, slots=True)
class NamedPeriod:
    """The half-open range of instants `[start, end)`."""

    start: datetime
    end: datetime


def parse(match: re.Match[str]) -> NamedPeriod | None:
    """Return the period named by a match of `PERIOD`; None for a date that does not exist."""
    try:
        return _period(match)
    except (ValueError, OverflowError):
        return None


def _period(match: re.Match[str]) -> NamedPeriod:
    if match["iso"]:
        return _days(date.fromisoformat(match["iso"]), 1)
    if match["year"]:
        first = date(int(match["year"]), 1, 1)
        return _days(first, 366 if calendar.isleap(first.year) else 365)
    if match["year_month"]:
        first = date.fromisoformat(f"{match['year_month']}-01")
    else:
        month = [name.lower() for name in calendar.month_abbr].index(match["month"][:3].lower())
        first = date(int(match["month_year"]), month, 1)
        if day := match["day"] or match["day2"]:
            return _days(first.replace(day=int(day)), 1)
    return _days(first, calendar.monthrange(first.year, first.month)[1])


def _days(first: date, count: int) -> NamedPeriod:
    start = datetime.combine(first, time(), UTC)
    return NamedPeriod(start, start + timedelta(days=count))


def ago(now: datetime, count: int, unit: str) -> datetime | None:
    """Return `now` minus `count` units (day, week, month, year); None before year 1."""
    try:
        if unit in {"day", "week"}:
            return now - timedelta(days=count * (7 if unit == "week" else 1))
        return _months_before(now, count * (12 if unit == "year" else 1))
    except (ValueError, OverflowError):
        return None


def _months_before(now: datetime, months: int) -> datetime:
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return now.replace(year=year, month=month + 1, day=min(now.day, last))
