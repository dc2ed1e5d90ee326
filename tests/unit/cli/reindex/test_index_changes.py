"""Changes of the indexes: what they make, what they refuse, and that repeating them is harmless."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts.indexes import ONLY_BASE, Index, IndexesChanged
from ragline.errors import Misconfigured
from ragline_cli.reindex import index_changes
from ragline_cli.reindex.index_changes import (
    flipped,
    marked_for_removal,
    next_to_answer,
    opened,
    read_settings,
    removed,
    the_one_before,
    the_other,
    with_collection,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
ONLY = ONLY_BASE


def added(
    indexes: IndexesChanged, name: str, settings: dict[str, str], *, now: datetime
) -> IndexesChanged:
    def place_of(index: Index) -> str | None:
        return index.settings.get("VECTOR_STORE__COLLECTION")

    return index_changes.added(indexes, name, settings, now=now, place_of=place_of)


def two() -> IndexesChanged:
    return added(ONLY, "new", with_collection("new", {}), now=NOW)


def test_an_index_gets_a_collection_of_its_own() -> None:
    index = two().find("new")
    assert index is not None
    assert index.settings == {"VECTOR_STORE__COLLECTION": "Index_new"}
    assert index.made_at == NOW
    assert with_collection("a-b", {"VECTOR_STORE__COLLECTION": "Mine"}) == {
        "VECTOR_STORE__COLLECTION": "Mine"
    }


@pytest.mark.parametrize(
    ("name", "settings", "told"),
    [
        ("new", {"VECTOR_STORE__COLLECTION": "Other"}, "other settings"),
        ("other", {"VECTOR_STORE__COLLECTION": "Index_new"}, "the same one"),
        ("base", {}, "the services' own settings"),
        ("Not a name", {"VECTOR_STORE__COLLECTION": "Other"}, "cannot be made"),
    ],
)
def test_what_cannot_be_added_is_refused(name: str, settings: dict[str, str], told: str) -> None:
    with pytest.raises(Misconfigured, match=told):
        added(two(), name, settings, now=NOW)


def test_a_flip_names_the_way_back() -> None:
    after = flipped(opened(two(), "new"), "new", at=NOW)
    assert (after.live, after.previous, after.opening) == ("new", "base", None)
    back = flipped(after, "base", at=NOW + DAY)
    assert (back.live, back.previous) == ("base", "new")


def test_a_flip_or_a_rollback_that_is_repeated_does_not_go_the_other_way() -> None:
    assert next_to_answer(two(), None) == "new"
    after = flipped(two(), next_to_answer(two(), None), at=NOW)
    assert next_to_answer(after, None) == "new"
    assert next_to_answer(after, "base") == "base"  # said so, it is meant
    back = flipped(after, the_one_before(after), at=NOW, back=True)
    assert back.live == the_one_before(back) == "base"
    assert next_to_answer(back, None) == "new"
    again = flipped(back, "new", at=NOW)
    assert the_one_before(again) == "base"


def test_there_may_be_nothing_to_go_back_to() -> None:
    back = flipped(flipped(two(), "new", at=NOW), "base", at=NOW, back=True)
    gone = removed(marked_for_removal(back, "new", now=NOW, keep=timedelta(0)), "new")
    for indexes in (two(), gone):
        with pytest.raises(Misconfigured, match="nothing to go back to"):
            the_one_before(indexes)


def test_the_live_index_is_never_dropped_and_the_one_before_only_after_its_time() -> None:
    after = flipped(two(), "new", at=NOW)
    with pytest.raises(Misconfigured, match="answers questions"):
        marked_for_removal(after, "new", now=NOW + 2 * DAY, keep=DAY)
    with pytest.raises(Misconfigured, match="2026-01-02 00:00 UTC"):
        marked_for_removal(after, "base", now=NOW + DAY / 2, keep=DAY)
    marked = marked_for_removal(after, "base", now=NOW + DAY, keep=DAY)
    assert marked.find("base") is None
    gone = removed(marked, "base")
    assert [each.name for each in gone.indexes] == ["new"]
    assert (gone.dropping, gone.previous) == (None, None)
    with pytest.raises(Misconfigured, match="there is no index base"):
        flipped(gone, "base", at=NOW)


def test_the_first_index_does_not_come_back_with_other_settings_once_it_is_dropped() -> None:
    flipped_away = flipped(two(), "new", at=NOW)
    gone = removed(marked_for_removal(flipped_away, "base", now=NOW, keep=timedelta(0)), "base")
    with pytest.raises(Misconfigured, match="choose another name"):
        added(gone, "base", with_collection("base", {}), now=NOW)


def test_an_index_that_is_being_dropped_cannot_come_back_before_it_is_gone() -> None:
    marked = marked_for_removal(two(), "new", now=NOW, keep=DAY)
    with pytest.raises(Misconfigured):
        opened(marked, "new")
    with pytest.raises(Misconfigured, match="reindex drop new"):
        added(marked, "new", {}, now=NOW)


def test_the_other_index_need_not_be_named_while_there_is_one() -> None:
    assert the_other(two(), None) == "new"
    three = added(two(), "more", with_collection("more", {}), now=NOW)
    with pytest.raises(Misconfigured, match="more or new"):
        the_other(three, None)
    with pytest.raises(Misconfigured, match="reindex start"):
        the_other(ONLY, None)


@pytest.mark.parametrize("text", ["RAGLINE_EMBEDDING__MODEL=m=1", " embedding__model=m=1"])
def test_settings_may_be_written_as_for_services(text: str) -> None:
    assert read_settings([text]) == {"EMBEDDING__MODEL": "m=1"}


@pytest.mark.parametrize(
    "text", ["EMBEDDING__MODEL", "MODEL=x", "KAFKA__MAX_AHEAD=3", "VECTOR_STORE__API_KEY=secret"]
)
def test_what_no_index_can_have_of_its_own_is_refused(text: str) -> None:
    with pytest.raises(Misconfigured):
        read_settings([text])


changes = st.sampled_from(["add", "open", "flip", "mark", "remove"])
names = st.sampled_from(["base", "one", "two"])


@given(st.lists(st.tuples(changes, names), max_size=25))
def test_whatever_is_done_questions_can_be_answered_and_repeating_it_changes_nothing(
    steps: list[tuple[str, str]],
) -> None:
    known = ONLY
    for step, name in steps:

        def change(before: IndexesChanged, step: str = step, name: str = name) -> IndexesChanged:
            match step:
                case "add":
                    return added(before, name, with_collection(name, {}), now=NOW)
                case "open":
                    return opened(before, name)
                case "flip":
                    return flipped(before, name, at=NOW)
                case "mark":
                    return marked_for_removal(before, name, now=NOW, keep=timedelta(0))
            return removed(before, name)

        try:
            after = change(known)
        except Misconfigured:
            continue
        assert change(after) == after
        assert after.find(after.live) is not None
        assert after.live != after.previous
        assert IndexesChanged.model_validate_json(after.to_json()) == after
        known = after
