from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.classifier.conftest import NOW

from ragline.contracts.plan import Intent
from ragline.contracts.queries import Filters
from ragline_classifier import filters

TICK = timedelta(microseconds=1)


def day(year: int, month: int = 1, of_month: int = 1) -> datetime:
    return datetime(year, month, of_month, tzinfo=UTC)


def recognise(text: str, intent: Intent = Intent.FACTUAL) -> Filters:
    return filters.recognise(text, intent=intent, now=NOW)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("What changed since 2024?", day(2024)),
        ("what changed after 2023, please", day(2024)),
        ("what changed after March 2023", day(2023, 4)),
        ("what changed since 3 May 2024 in billing", day(2024, 5, 3)),
        ("what changed since May 3rd, 2024", day(2024, 5, 3)),
        ("entries since 2024-05-01", day(2024, 5, 1)),
        ("entries since 2024-05", day(2024, 5)),
        ("news in the last 30 days", NOW - timedelta(days=30)),
        ("news from the past two weeks or in the last week", NOW - timedelta(weeks=1)),
        ("news from the past month", NOW.replace(month=5)),
        ("news from the past 6 months", NOW.replace(year=2024, month=12)),
        ("what is new since 2022? no, since 2023", day(2023)),
    ],
)
def test_a_start_is_recognised(text: str, start: datetime) -> None:
    assert recognise(text) == Filters(updated_from=start)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("articles published before 2020", day(2020) - TICK),
        ("pages last updated until March 2020", day(2020, 4) - TICK),
        ("docs older than 2021-03", day(2021, 3) - TICK),
    ],
)
def test_an_end_is_recognised_when_it_is_about_documents(text: str, end: datetime) -> None:
    assert recognise(text) == Filters(updated_to=end)


@pytest.mark.parametrize(
    "text",
    [
        "Who led the team before 2020?",
        "it fails after 2000 requests",
        "what happens after 2030?",
        "what is new since 2024.1",
        "since 30 February 2024",
        "what may 2020 bring",
        "in the last weeks",
        "in the last 9999 years",
        "How do I say hello in German?",
        "Is there a German version of the app?",
        "since Python 3.12",
        "This team is sponsored since 2004 by a brewery with what annual output?",
        "which minister who changed party has been in office since 18 February 2016?",
        "What is the only station that it has broadcast on since 1998?",
        "pages updated since 2024 or documents older than 2020",
    ],
)
def test_what_is_ambiguous_impossible_or_in_the_future_limits_nothing(text: str) -> None:
    assert recognise(text) == Filters()


@pytest.mark.parametrize("intent", [Intent.PROCEDURAL, Intent.TROUBLESHOOTING])
def test_steps_and_faults_are_limited_only_when_documents_are_meant(intent: Intent) -> None:
    assert recognise("backups fail since May 2024", intent) == Filters()
    assert recognise("export orders from the last 30 days", intent) == Filters()
    assert recognise("how to fix it, pages updated since 2024", intent).updated_from == day(2024)


@pytest.mark.parametrize(
    "text",
    ["documents in German about tax", "only German pages", "find German-language articles"],
)
def test_a_language_is_recognised_when_documents_are_meant(text: str) -> None:
    assert recognise(text) == Filters(languages=("de",))


def test_explicit_filters_win() -> None:
    explicit = Filters(updated_from=day(2020), languages=("fr",))
    found = Filters(updated_from=day(2024), languages=("de",))
    assert filters.merge(explicit, found) == explicit


def test_a_recognised_limit_never_contradicts_an_explicit_one() -> None:
    explicit = Filters(updated_to=day(2020), tags=("x",))
    found = Filters(updated_from=day(2024), languages=("de",))
    assert filters.merge(explicit, found) == explicit.model_copy(update={"languages": ("de",)})


WORDS = st.sampled_from(
    [
        *("since", "after", "before", "until", "in the last", "days", "months", "documents"),
        *("2024", "2024-02-30", "May", "31", "February", "1999-01-01", "9999", "updated", "German"),
    ]
)


@given(st.one_of(st.text(max_size=100), st.lists(WORDS, max_size=12).map(" ".join)))
def test_any_text_gives_a_range_that_is_not_empty(text: str) -> None:
    found = recognise(text)
    assert found.updated_from is None or found.updated_from <= NOW
    if found.updated_from and found.updated_to:
        assert found.updated_from <= found.updated_to
