"""Of each user the last word on each thing counts, in whatever order records are read."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from tests.unit.cli.feedback.conftest import NOW, YESTERDAY_MS, FakeRecord, given, rated, record

from ragline.contracts.bounds import USER_CHARS
from ragline.errors import Misconfigured
from ragline_cli.feedback.feedback_records import FeedbackRecords
from ragline_cli.feedback.period import day_of
from ragline_cli.feedback.ratings import LastWords, Rating

RATINGS = st.lists(
    st.tuples(
        st.sampled_from(["up", "down"]), st.sampled_from([None, 1, 2]), st.sampled_from("abc")
    ),
    max_size=12,
).map(lambda found: rated(*found))


def last_words(ratings: list[Rating]) -> LastWords:
    words = LastWords()
    for rating in ratings:
        words.add(rating)
    return words


@examples(RATINGS, st.randoms(use_true_random=False))
def test_the_order_of_reading_changes_nothing(ratings: list[Rating], random: Random) -> None:
    shuffled = list(ratings)
    random.shuffle(shuffled)
    assert last_words(shuffled).ratings == last_words(ratings).ratings
    assert last_words(shuffled).replaced == last_words(ratings).replaced


@examples(RATINGS)
def test_a_repeated_record_changes_nothing_but_the_count(ratings: list[Rating]) -> None:
    once, twice = last_words(ratings), last_words(ratings + ratings)
    assert twice.ratings == once.ratings
    assert twice.replaced == once.replaced + len(ratings)


def test_a_later_rating_of_the_same_user_replaces_the_earlier() -> None:
    words = last_words(rated(("up", None, "ada"), ("down", None, "ada"), ("up", 1, "ada")))
    assert [(rating.up, rating.marker) for rating in words.ratings] == [(False, None), (True, 1)]
    assert words.replaced == 1


def test_who_gives_no_name_is_the_one_who_asked() -> None:
    first, second, other, named = (
        Rating.of(given(query_id=query_id, user=user), record(given(), offset=offset))
        for offset, (query_id, user) in enumerate(
            [("q", None), ("q", None), ("r", None), ("r", "q")]
        )
    )
    assert first.voter == second.voter
    assert len({first.voter, other.voter, named.voter}) == 3


def test_the_longest_user_name_is_kept_as_a_few_bytes() -> None:
    assert len(Rating.of(given(user="u" * USER_CHARS), record(given())).voter) == 16


def seen(records: list[FakeRecord], tenant: str | None = None) -> FeedbackRecords:
    found = FeedbackRecords(day_of("2026-11-24", NOW), tenant)
    for each in records:
        found.see(each)
    return found


def test_records_that_are_no_feedback_and_other_days_are_passed_by() -> None:
    today = record(given(), timestamp=YESTERDAY_MS + 86_400_000)
    found = seen([FakeRecord(None), FakeRecord(b"{"), FakeRecord(b"\xff"), today, record(given())])
    assert (found.unreadable, dict(found.by_tenant), found.tenant()) == (3, {"acme": 1}, "acme")
    assert len(found.last_words.ratings) == 1


def test_of_several_tenants_one_has_to_be_named() -> None:
    records = [record(given(tenant=tenant)) for tenant in ("acme", "beta", "beta")]
    with pytest.raises(Misconfigured, match=r"several tenants: beta \(2\), acme \(1\); .*--tenant"):
        seen(records).tenant()
    chosen = seen(records, "beta")
    assert chosen.tenant() == "beta"
    assert {rating.tenant for rating in chosen.last_words.ratings} == {"beta"}
    assert seen([]).tenant() is None


def test_one_id_in_two_tenants_is_two_answers() -> None:
    events = [given("up", tenant=tenant, user="ada") for tenant in ("acme", "globex")]
    words = last_words([Rating.of(event, record(event)) for event in events])
    assert words.replaced == 0
