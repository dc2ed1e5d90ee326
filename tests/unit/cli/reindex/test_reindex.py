"""The order of a flip: gates first, then one record; what is forced is not even asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from pydantic import SecretStr

from ragline.contracts.indexes import ONLY_BASE, Index, IndexesChanged
from ragline.errors import Misconfigured
from ragline.messaging.index_writer import WrittenIndexes
from ragline.ports.inventory import Listed
from ragline.settings import KafkaSettings, StoreKind, VectorStoreSettings
from ragline_cli.reindex import reindex
from ragline_cli.reindex.differences import compare
from ragline_cli.reindex.gates import GateName, GateState, Refused
from ragline_cli.reindex.reindex import Reindex
from ragline_cli.reindex.searchers import Searchers

BOTH = ONLY_BASE.model_copy(
    update={"revision": 1, "indexes": (Index(name="base"), Index(name="new"))}
)


class World:
    """Kafka, stores and searchers of which a test says what they hold."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.known = BOTH
        self.records: list[IndexesChanged] = []
        self.held: dict[str, dict[str, Listed]] = {"base": {}, "new": {}}
        self.listed: list[str] = []
        self.shut: set[GateName] = set()
        self.reindex = Reindex(KafkaSettings(), None, self.store_of)
        monkeypatch.setattr(reindex, "read_indexes", self.read)
        monkeypatch.setattr(reindex, "change_indexes", self.change)
        monkeypatch.setattr(reindex, "open_inventory", self.inventory)
        monkeypatch.setattr(reindex, "compare", partial(compare, pause_s=0.0))
        monkeypatch.setattr(Reindex, "_lag", self.gate(GateName.LAG))
        monkeypatch.setattr(Searchers, "gate", self.gate(GateName.READERS))

    def gate(self, name: GateName) -> Callable[..., Any]:
        async def look(_self: object, _name: str, _wait_s: float) -> GateState:
            return GateState(gate=name, open=name not in self.shut, found="as the test says")

        return look

    def store_of(self, index: Index) -> VectorStoreSettings:
        return VectorStoreSettings(collection=index.name.title())

    async def read(self, _kafka: KafkaSettings, _profile: Any) -> IndexesChanged:
        return self.known

    async def change(
        self,
        _kafka: KafkaSettings,
        _profile: Any,
        change: Callable[..., Any],
        *,
        source: str,
        always: bool,
    ) -> WrittenIndexes:
        after = change(self.known)
        if after == self.known and not always:
            return WrittenIndexes(after, None)
        self.known = after.model_copy(update={"revision": self.known.revision + 1})
        self.records.append(self.known)
        return WrittenIndexes(self.known, 1_767_600_000_000)

    @asynccontextmanager
    async def inventory(self, settings: VectorStoreSettings) -> AsyncIterator[Held]:
        name = settings.collection.lower()
        self.listed.append(name)
        yield Held(self.held[name])


class Held:
    """An inventory of one tenant."""

    def __init__(self, documents: dict[str, Listed]) -> None:
        self._documents = documents

    async def tenants(self) -> Sequence[str]:
        return ["acme"] if self._documents else []

    async def documents(self, tenant: str) -> Mapping[str, Listed]:
        return self._documents


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


async def test_a_flip_opens_the_index_first_and_is_one_record(world: World) -> None:
    turned = await world.reindex.flip("new")
    assert [(each.opening, each.live) for each in world.records] == [("new", "base"), (None, "new")]
    assert turned.indexes.live == "new"
    assert world.known.live_since is not None
    assert 0 <= world.known.live_since.timestamp() - 1_767_600_000 < 60  # on the broker's clock
    again = await world.reindex.flip("new")
    assert again.seconds is None
    assert len(world.records) == 2


@pytest.mark.parametrize("gate", [GateName.LAG, GateName.READERS])
async def test_a_shut_gate_leaves_the_live_index(world: World, gate: GateName) -> None:
    world.shut = {gate}
    with pytest.raises(Refused, match=f"--force {gate}"):
        await world.reindex.flip("new")
    assert (world.known.live, world.known.opening) == ("base", None)
    await world.reindex.flip("new", [gate])
    assert world.known.live == "new"


async def test_it_is_live_since_the_flip_however_long_the_gates_took(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 200.0])
    monkeypatch.setattr("time.monotonic", lambda: next(clock, 200.0))
    world.known = BOTH.model_copy(update={"opening": "new"})  # an earlier flip was killed
    await world.reindex.flip("new")
    assert world.known.live_since is not None
    assert world.known.live_since.timestamp() == 1_767_600_200
    assert world.known.tells("base", 1_767_600_200_000)


async def test_two_indexes_are_never_in_one_collection(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unused(_reader: object, _name: str) -> None:
        """No group of that name has read anything."""

    @asynccontextmanager
    async def opened(_kafka: KafkaSettings, _profile: Any) -> AsyncIterator[None]:
        yield None

    monkeypatch.setattr(reindex, "open_lag_reader", opened)
    monkeypatch.setattr(reindex, "require_none_before", unused)

    def store_of(index: Index) -> VectorStoreSettings:
        told = index.settings.get("VECTOR_STORE__URL", "postgresql://me:secret@db/x")
        return VectorStoreSettings(kind=StoreKind.PGVECTOR, url=SecretStr(told))

    world.reindex = Reindex(KafkaSettings(), None, store_of)
    with pytest.raises(Misconfigured, match="collection of index base is the same one"):
        await world.reindex.start("x", {"VECTOR_STORE__URL": "postgresql://db/x"})
    await world.reindex.start("y", {"VECTOR_STORE__URL": "postgresql://db/y"})
    assert world.known.find("y") is not None


async def test_documents_that_differ_shut_the_gate_unless_nobody_asks(world: World) -> None:
    world.held["base"] = {"a.md": Listed(2)}
    with pytest.raises(Refused, match=r"1 documents differ .*acme/a.md: only the live index"):
        await world.reindex.flip("new")
    world.listed.clear()
    await world.reindex.flip("new", [GateName.DOCUMENTS])
    assert (world.known.live, world.listed) == ("new", [])


async def test_a_rollback_does_not_compare_and_goes_back(world: World) -> None:
    await world.reindex.flip("new")
    world.held["base"] = {"a.md": Listed(2)}
    world.listed.clear()
    await world.reindex.rollback()
    assert (world.known.live, world.known.previous, world.listed) == ("base", "new", [])


async def test_without_a_flip_there_is_no_way_back(world: World) -> None:
    with pytest.raises(Misconfigured, match="nothing to go back to"):
        await world.reindex.rollback()


async def test_quality_is_asked_of_the_live_and_the_new_index(world: World) -> None:
    asked: list[tuple[str, str]] = []

    async def quality(live: Index, new: Index) -> GateState:
        asked.append((live.name, new.name))
        return GateState(gate=GateName.QUALITY, open=False, found="it is worse")

    with pytest.raises(Refused, match="quality: it is worse"):
        await world.reindex.flip("new", quality=quality)
    assert asked == [("base", "new")]
    await world.reindex.flip("new", [GateName.QUALITY], quality=quality)
    assert (world.known.live, len(asked)) == ("new", 1)
