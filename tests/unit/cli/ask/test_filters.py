from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ragline.contracts.queries import Filters
from ragline.errors import Misconfigured
from ragline_cli.ask.filters import parse_filters


def test_nothing_asked_limits_nothing() -> None:
    assert parse_filters([]) == Filters()


def test_a_repeated_key_widens_its_list() -> None:
    found = parse_filters(["tag=a", "tag=b=c", "language=en", "media_type=text/html"])
    assert found == Filters(tags=("a", "b=c"), languages=("en",), media_types=("text/html",))


def test_documents_are_named_by_id() -> None:
    assert parse_filters(["document=guide/a.md"]).document_ids == ("guide/a.md",)


def test_a_date_means_its_whole_day_in_utc() -> None:
    found = parse_filters(["from=2024-05-30", "to=2024-05-31"])
    assert found.updated_from == datetime(2024, 5, 30, tzinfo=UTC)
    assert found.updated_to == datetime(2024, 5, 31, 23, 59, 59, 999_999, tzinfo=UTC)


def test_a_time_with_zone_is_taken_as_it_is() -> None:
    zone = timezone(timedelta(hours=2))
    found = parse_filters(["to=2024-05-31T12:00+02:00"])
    assert found.updated_to == datetime(2024, 5, 31, 12, tzinfo=zone)


@pytest.mark.parametrize("argument", ["", "tag", "tag=", "colour=red", "=x", "from=", "from=May"])
def test_a_filter_that_cannot_be_read_says_how_to_write_it(argument: str) -> None:
    with pytest.raises(Misconfigured, match=r"KEY=VALUE|write it like"):
        parse_filters([argument])


def test_a_value_that_the_contract_refuses_is_an_error_too() -> None:
    with pytest.raises(Misconfigured, match="filter"):
        parse_filters(["document=" + "x" * 600])
