"""Ids and verdicts of Weaviate's markers."""

import itertools

from ragline.adapters.stores.marked.keys import OPEN, access_key, filter_key, key, reader_keys
from ragline.adapters.stores.marked.markers import DocumentState, Marker, MarkerKind


def marker(kind: MarkerKind, version: int, groups: tuple[str, ...] | None = None) -> Marker:
    return Marker(
        kind=kind, document_id="d", version=version, groups=groups, chunk_hashes=("a", "b")
    )


def test_names_cannot_run_into_each_other() -> None:
    assert key("chunk", "a", 11, 1) != key("chunk", "a", 1, 11)
    assert key("chunk", "a1", 1) != key("chunk", "a", 11)
    assert filter_key("tag", "x") != filter_key("group", "x")


def test_no_group_can_have_the_key_of_everyone() -> None:
    assert reader_keys(()) == [OPEN]
    assert OPEN not in reader_keys(("open", "", "*"))


def test_access_is_a_set() -> None:
    assert access_key(("a", "b", "a")) == access_key(("b", "a"))
    assert access_key(("a", "b")) != access_key(("ab",))


def test_the_verdict_does_not_depend_on_the_order_of_markers() -> None:
    markers = [
        marker(MarkerKind.CONTENT, 1, ("staff",)),
        marker(MarkerKind.CONTENT, 4),
        marker(MarkerKind.GONE, 4),
        marker(MarkerKind.ACCESS, 2, ("ops",)),
        marker(MarkerKind.CONTENT, 2, ("staff",)),
    ]
    for order in itertools.permutations(markers):
        state = DocumentState(order)
        assert (state.version, state.gone) == (4, True)
        assert (state.access_version, state.groups) == (2, ("ops",))
        assert set(state.fallen) == {markers[n].uuid for n in (0, 1, 4)}


def test_a_marker_that_states_the_access_outlives_its_content() -> None:
    old, new = marker(MarkerKind.CONTENT, 1, ("staff",)), marker(MarkerKind.CONTENT, 2)
    state = DocumentState((old, new))
    assert state.fallen == []
    assert state.shows(2, ("staff",))
    assert not state.shows(2, ())
    assert not state.shows(1, ("staff",))


def test_chunks_are_outdated_below_the_version_and_beyond_its_count() -> None:
    state = DocumentState((marker(MarkerKind.CONTENT, 2),))
    assert [state.is_outdated(1, 0), state.is_outdated(2, 1), state.is_outdated(2, 2)] == [
        True,
        False,
        True,
    ]
    assert not state.is_outdated(3, 0), "a writer may be about to flip to it"
    assert DocumentState((marker(MarkerKind.GONE, 2),)).is_outdated(2, 0)


def test_without_content_nothing_is_shown() -> None:
    assert not DocumentState().shows(-1, ())
    assert not DocumentState((marker(MarkerKind.ACCESS, 3, ()),)).shows(3, ())
