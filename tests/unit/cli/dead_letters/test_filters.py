"""Filters say which dead letters are meant, and refuse names that cannot match."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.cli.dead_letters.conftest import NOW, FakeRecord

from ragline.errors import Misconfigured
from ragline_cli.dead_letters.filters import make_filters
from ragline_cli.dead_letters.letter import DeadLetter

Bury = Callable[..., DeadLetter]


@pytest.mark.parametrize(
    ("arguments", "matches"),
    [
        ({}, True),
        ({"ids": ["1-42"]}, True),
        ({"ids": ["1-43"]}, False),
        ({"topics": ["documents"]}, True),
        ({"topics": ["documents.retry.10m"]}, True),
        ({"topics": ["queries"]}, False),
        ({"causes": ["permanent_error", "invalid_json"]}, True),
        ({"causes": ["invalid_json"]}, False),
        ({"services": ["ingestor"]}, True),
        ({"services": ["retriever"]}, False),
        ({"keys": ["acme/a[1].md"]}, True),  # exactly, although it is a glob as well
        ({"keys": ["acme/*"]}, True),
        ({"keys": ["other/*"]}, False),
        ({"since": "2h"}, True),
        ({"since": "30m"}, False),
        ({"since": "2026-01-05T10:00:00"}, True),
        ({"since": "2026-01-05T11:30:00+02:00"}, True),
        ({"until": "2026-01-05T10:00:00Z"}, False),
        ({"until": "1m", "keys": ["acme/*"]}, True),
    ],
)
def test_a_letter_matches_when_every_filter_does(
    bury: Bury, arguments: dict[str, Any], matches: bool
) -> None:
    headers = [("ragline-retry-origin", b"documents")]
    letter = bury(
        FakeRecord(topic="documents.retry.10m", key=b"acme/a[1].md", headers=headers),
        service="ingestor",
    )
    filters = make_filters(**arguments, now=NOW + timedelta(hours=1))
    assert filters.match(letter) is matches


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"causes": ["broken"]}, "unknown cause 'broken'; there are invalid_headers, invalid_json"),
        ({"services": ["x"]}, "unknown service 'x'; there are classifier, retriever"),
        ({"topics": ["dead-letters"]}, "unknown topic 'dead-letters'; there are answers"),
        ({"since": "yesterday"}, "'yesterday' is no time; write 2026-01-05"),
        ({"until": "999999d"}, "is no time"),
    ],
)
def test_what_cannot_match_is_an_error_that_lists_what_there_is(
    arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(Misconfigured, match=message):
        make_filters(**arguments, now=NOW)
