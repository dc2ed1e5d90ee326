"""The fake keeps every promise of the port, and does so over any sequence of events."""

from functools import partial
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.testing.sources import open_memory_reader
from ragline.testing.store import MemoryCollection, MemoryStore, open_memory_store
from ragline.testing.store_contract import OpenReader, OpenStore, StoreContract
from ragline.testing.store_contract.builders import DIMENSIONS, FINGERPRINT
from ragline.testing.store_contract.sequences import GROUPS, Change, Kind, run

ACCESS = st.lists(st.sampled_from(GROUPS), max_size=2, unique=True).map(sorted).map(tuple)


@st.composite
def changes(draw: st.DrawFn) -> list[Change]:
    """Events whose repeats are true repeats: one version of one kind says one thing."""
    kinds = st.sampled_from(get_args(Kind))
    drawn = draw(st.lists(st.tuples(kinds, st.integers(0, 5)), min_size=1, max_size=12))
    stated: dict[Kind, list[tuple[str, ...] | None]] = {
        "upsert": draw(st.lists(st.none() | ACCESS, min_size=6, max_size=6)),
        "delete": [None] * 6,
        "access": draw(st.lists(ACCESS, min_size=6, max_size=6)),
    }
    return [Change(kind, version, stated[kind][version]) for kind, version in drawn]


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def collection(self) -> MemoryCollection:
        return MemoryCollection()

    @pytest.fixture
    def open_store(self, collection: MemoryCollection) -> OpenStore:
        return partial(
            open_memory_store, collection, fingerprint=FINGERPRINT, dimensions=DIMENSIONS
        )

    @pytest.fixture
    def open_reader(self, collection: MemoryCollection) -> OpenReader:
        return partial(open_memory_reader, collection)


@given(changes())
async def test_any_sequence_of_events_ends_in_the_state_of_the_model(
    sequence: list[Change],
) -> None:
    await run(MemoryStore(fingerprint=FINGERPRINT, dimensions=DIMENSIONS), sequence)
