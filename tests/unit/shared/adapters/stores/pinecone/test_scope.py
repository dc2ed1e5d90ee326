"""What a reader may see, as filters: each is applied by the double as Pinecone describes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.adapters.stores.pinecone.keys import document_key, reader_keys
from ragline.adapters.stores.pinecone.scope import (
    CHUNK,
    WORDS,
    all_facets,
    microseconds,
    of_documents,
    unsettled,
    visible,
)
from ragline.contracts.queries import Filters
from ragline.ports.store import Scope
from ragline.testing.pinecone_double.filters import matches

GROUPS = st.lists(st.sampled_from(["a", "b", "open", ""]), max_size=3, unique=True).map(tuple)
NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


@given(access=GROUPS, groups=GROUPS)
def test_a_reader_needs_one_of_the_groups(access: tuple[str, ...], groups: tuple[str, ...]) -> None:
    record = {"kind": CHUNK, "readers": reader_keys(access)}
    allowed = not access or bool(set(access) & set(groups))
    assert matches(visible(Scope(tenant="t", groups=groups), [CHUNK]), record) is allowed


def test_only_the_kinds_that_are_searched_match() -> None:
    where = visible(Scope(tenant="t"), [CHUNK])
    assert not matches(where, {"kind": WORDS, "readers": reader_keys(())})


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(tags=("x", "y")), True),
        (Filters(tags=("y",)), False),
        (Filters(tags=("x",), languages=("de",)), False),
        (Filters(media_types=("text/html",)), True),
        (Filters(document_ids=("d",)), True),
        (Filters(document_ids=("e",)), False),
        (Filters(updated_from=NOON, updated_to=NOON), True),
        (Filters(updated_from=NOON + timedelta(microseconds=1)), False),
        (Filters(updated_to=NOON - timedelta(microseconds=1)), False),
    ],
)
def test_filters_are_part_of_the_scope(filters: Filters, found: bool) -> None:
    record = {
        "kind": CHUNK,
        "document": document_key("d"),
        "readers": reader_keys(()),
        "facets": all_facets(tags=["x"], media_types=["text/html"], languages=[]),
        "updated_at": microseconds(NOON),
    }
    assert matches(visible(Scope(tenant="t", filters=filters), [CHUNK]), record) is found


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001
def test_instants_are_exact_as_floats(instant: datetime) -> None:
    value = microseconds(instant.replace(tzinfo=UTC))
    assert int(float(value)) == value


@pytest.mark.parametrize(
    ("record", "differs"),
    [
        ({"version": "3", "ordinal": 1, "access": "x"}, False),
        ({"version": "2", "ordinal": 1, "access": "x"}, True),
        ({"version": "4", "ordinal": 1, "access": "x"}, True),
        ({"version": "3", "ordinal": 2, "access": "x"}, True),
        ({"version": "3", "ordinal": 0, "access": "y"}, True),
    ],
)
def test_chunks_that_differ_from_their_documents_state_are_found(
    record: dict[str, object], differs: bool
) -> None:
    where = unsettled("key", version=3, chunks=2, access="x")
    assert matches(where, {"kind": CHUNK, "document": "key", **record}) is differs
    assert not matches(where, {"kind": CHUNK, "document": "other", **record})
    assert not matches(where, {"kind": "content", "document": "key", **record})


def test_records_of_documents_are_found_by_kind() -> None:
    where = of_documents(["a", "b"], ["content", "gone"])
    assert matches(where, {"document": "a", "kind": "gone"})
    assert not matches(where, {"document": "c", "kind": "gone"})
    assert not matches(where, {"document": "a", "kind": CHUNK})
