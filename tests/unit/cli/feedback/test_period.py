"""Which feedback is meant: a day in UTC, or from here to there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from tests.unit.cli.feedback.conftest import NOW, YESTERDAY_MS

from ragline.errors import Misconfigured
from ragline_cli.feedback.period import Period, day_of, make_period


def test_without_a_day_it_is_yesterday_in_utc() -> None:
    assert day_of(None, NOW) == day_of("2026-11-24", NOW)
    still_yesterday_here = datetime(2026, 11, 24, 23, tzinfo=timezone(timedelta(hours=-8)))
    assert day_of(None, still_yesterday_here) == day_of("2026-11-24", NOW)


def test_a_day_ends_where_the_next_begins() -> None:
    first, second = day_of("2026-11-24", NOW), day_of("2026-11-25", NOW)
    midnight_ms = int(datetime(2026, 11, 25, tzinfo=UTC).timestamp() * 1000)
    assert (first.holds(midnight_ms - 1), second.holds(midnight_ms - 1)) == (True, False)
    assert (first.holds(midnight_ms), second.holds(midnight_ms)) == (False, True)


def test_a_period_may_be_open() -> None:
    assert Period().holds(YESTERDAY_MS)
    assert str(Period()) == "all that is kept"
    assert not make_period(since="2h", until=None, now=NOW).holds(YESTERDAY_MS)
    assert not make_period(since=None, until="1d", now=NOW).holds(YESTERDAY_MS + 86_400_000)


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "9999-12-31"])
def test_what_is_no_day_is_an_error(day: str) -> None:
    with pytest.raises(Misconfigured, match="is no day; write 2026-01-05"):
        day_of(day, NOW)
