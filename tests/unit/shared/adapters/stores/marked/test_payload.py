"""Chunks and markers come back from JSON as they were."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from ragline.adapters.stores.marked.markers import Marker, MarkerKind
from ragline.adapters.stores.marked.payload import (
    candidate,
    chunk_payload,
    marker_of,
    marker_payload,
    source_text,
    ticks,
)
from ragline.contracts.plan import SearchKind
from ragline.testing.store_contract.builders import document

markers = st.builds(
    Marker,
    kind=st.sampled_from([MarkerKind.CONTENT, MarkerKind.GONE, MarkerKind.ACCESS]),
    document_id=st.text(max_size=20),
    version=st.integers(-1, 2**63 - 1),
    groups=st.none() | st.lists(st.text(max_size=5)).map(tuple),
    content_hash=st.none() | st.text(max_size=5),
    chunk_hashes=st.lists(st.text(max_size=5)).map(tuple),
)
instants = st.datetimes(timezones=st.timezones())


@given(markers)
def test_a_marker_comes_back(marker: Marker) -> None:
    assert marker_of(json.loads(json.dumps(marker_payload(marker)))) == marker


@given(instants, instants)
def test_ticks_order_instants_as_they_are(one: datetime, other: datetime) -> None:
    assert (ticks(one) < ticks(other)) is (one.astimezone(UTC) < other.astimezone(UTC))


def test_a_tick_is_a_microsecond_in_every_zone() -> None:
    instant = datetime(2025, 6, 1, tzinfo=UTC)
    assert ticks(instant.astimezone(timezone(timedelta(hours=9)))) == ticks(instant)
    assert ticks(instant + timedelta(microseconds=1)) == ticks(instant) + 1


def test_a_chunk_comes_back_as_a_hit_and_as_a_part() -> None:
    instant = datetime(2024, 2, 29, 12, 30, 15, 123456, tzinfo=UTC)
    stored = document(texts=["a", "b"], title="T", headings=("H",), updated_at=instant)
    content = Marker(
        kind=MarkerKind.CONTENT,
        document_id="guide",
        version=1,
        chunk_hashes=tuple(chunk.content_hash for chunk in stored.chunks),
    )
    found = [json.loads(json.dumps(chunk_payload(stored, chunk))) for chunk in stored.chunks]
    hit = candidate(found[1], SearchKind.VECTOR, 0.5)
    assert (hit.ordinal, hit.text, hit.heading_path, hit.updated_at, hit.scores) == (
        1,
        stored.chunks[1].text,
        ("H",),
        instant,
        {SearchKind.VECTOR: 0.5},
    )
    source = source_text(found[::-1], content)
    assert source is not None
    assert [part.text for part in source.parts] == [chunk.text for chunk in stored.chunks]
    assert source.updated_at == instant
    assert source_text(found[:1], content) is None
