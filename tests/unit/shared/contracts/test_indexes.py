"""The list of indexes, and whose ingestor tells what became of a change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ragline.contracts.indexes import BASE_INDEX, ONLY_BASE, Index, IndexesChanged

FLIPPED = datetime(2026, 1, 1, tzinfo=UTC)
BEFORE = IndexesChanged(revision=1, live="base", indexes=(Index(name="base"), Index(name="new")))
AFTER = BEFORE.model_copy(
    update={"revision": 2, "live": "new", "previous": "base", "live_since": FLIPPED}
)


def test_where_nothing_was_told_there_is_the_base_and_it_is_live() -> None:
    known = ONLY_BASE
    assert (known.live, known.revision) == (BASE_INDEX, 0)
    assert known.find(BASE_INDEX) == Index(name=BASE_INDEX)
    assert known.tells(BASE_INDEX, 0.0)


def test_an_index_that_is_being_dropped_is_not_found() -> None:
    dropping = AFTER.model_copy(update={"dropping": "base"})
    assert dropping.find("base") is None
    assert dropping.find("new") is not None


@given(st.floats(0, 1e13), st.booleans(), st.booleans())
def test_whenever_either_hears_of_a_flip_one_of_the_two_tells(
    appended_ms: float, old_knows: bool, new_knows: bool
) -> None:
    """The new index's ingestor hears of it at most half a minute after a change was appended."""
    flip_ms = FLIPPED.timestamp() * 1_000
    if appended_ms > flip_ms + 30_000:
        new_knows = True
    old = (AFTER if old_knows else BEFORE).tells("base", appended_ms)
    new = (AFTER if new_knows else BEFORE).tells("new", appended_ms)
    assert old or new


def test_the_index_before_falls_silent_soon_after_the_flip() -> None:
    later = FLIPPED + timedelta(minutes=2)
    assert not AFTER.tells("base", later.timestamp() * 1_000)
    assert not BEFORE.tells("new", later.timestamp() * 1_000)


@pytest.mark.parametrize("name", ["", "Base", "a/b", "-a", "a_b", "a" * 41])
def test_a_name_that_cannot_be_part_of_a_group_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        Index(name=name)
