"""The steps of a reindex, each of which can be repeated after whatever has ended it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from ragline.adapters.stores.opening import drop_collection, open_inventory
from ragline.clock import utc_now
from ragline.contracts.indexes import Index, IndexesChanged
from ragline.messaging.index_follower import read_indexes
from ragline.messaging.index_writer import WrittenIndexes, change_indexes
from ragline.messaging.lag import open_lag_reader
from ragline.ports.indexes import IndexUse
from ragline.settings import KafkaSettings, RedisSettings, VectorStoreSettings
from ragline_cli.kafka.client import COMMAND_LINE
from ragline_cli.kafka.events import SOURCE
from ragline_cli.reindex import index_changes
from ragline_cli.reindex.differences import IndexComparison, compare, told
from ragline_cli.reindex.failures import NONE_READ, IndexFailures, read_failures
from ragline_cli.reindex.fill import Fill, read_fills, still_unread, unread
from ragline_cli.reindex.gates import GateName, GateState, Refused, require_open, some
from ragline_cli.reindex.ingestors import require_none_before, until_none_runs
from ragline_cli.reindex.searchers import Searchers

_LOOK_S = 0.1
# what was published before the look must be in the index by then
_CAUGHT_UP_S = 30.0
_OPENED_S = 180.0
_ENDED_S = 60.0

StoreOf = Callable[[Index], VectorStoreSettings]
Tell = Callable[[str], None]
Quality = Callable[[Index, Index], Awaitable[GateState]]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStatus:
    """One index: how far it is filled, what failed, and which processes have it open."""

    index: Index
    fill: Fill
    failures: IndexFailures


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """All indexes, and what processes have open; None if no Redis is named or it is away."""

    indexes: IndexesChanged
    each: tuple[IndexStatus, ...]
    uses: tuple[IndexUse, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A change of the live index: how long until all processes answered from it, in seconds.

    `seconds` is None if the index was live already; `late` are processes that have not turned yet.
    """

    indexes: IndexesChanged
    seconds: float | None
    late: tuple[str, ...] = ()


class Reindex:
    """Makes, fills, compares, changes and removes indexes.

    Args:
        kafka: the cluster.
        redis: where processes note what they have open; None if that is not known.
        store_of: says where an index is.
        tell: is called with what is being waited for.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        redis: RedisSettings | None,
        store_of: StoreOf,
        *,
        tell: Tell = lambda _text: None,
    ) -> None:
        self._kafka = kafka
        self._searchers = Searchers(redis, tell)
        self._store_of = store_of
        self._tell = tell

    async def indexes(self) -> IndexesChanged:
        """Return the indexes now.

        Raises:
            Unavailable: Kafka does not answer.
        """
        return await read_indexes(self._kafka, COMMAND_LINE)

    async def start(self, name: str, settings: Mapping[str, str]) -> IndexesChanged:
        """Enter an index, which an ingestor of its own then fills.

        Raises:
            Misconfigured: the settings cannot be used, or the name was used before.
            Unavailable: Kafka does not answer.
        """
        self._place_of(Index(name=name, settings=dict(settings)))
        known = await self.indexes()
        if known.find(name) is None:
            async with open_lag_reader(self._kafka, COMMAND_LINE) as reader:
                await require_none_before(reader, name)
        written = await self._change(
            lambda now: index_changes.added(
                now, name, settings, now=utc_now(), place_of=self._place_of
            )
        )
        return written.indexes

    async def status(self, *, failures: bool = True) -> Status:
        """Return how far all indexes are filled.

        Args:
            failures: whether to read what failed: all dead letters are read for that.

        Raises:
            Unavailable: Kafka does not answer.
        """
        known = await self.indexes()
        async with open_lag_reader(self._kafka, COMMAND_LINE) as reader:
            fills = await read_fills(reader, [each.name for each in known.indexes])
        each = [
            IndexStatus(
                index=index,
                fill=fills[index.name],
                failures=await read_failures(self._kafka, index.name) if failures else NONE_READ,
            )
            for index in known.indexes
        ]
        return Status(indexes=known, each=tuple(each), uses=await self._searchers.uses())

    async def check(
        self,
        name: str,
        *,
        compares: bool = True,
        quality: Quality | None = None,
        wait_s: float = _CAUGHT_UP_S,
    ) -> tuple[list[GateState], IndexComparison]:
        """Look at the gates that say whether an index may answer questions.

        Args:
            name: the index.
            compares: whether to list all documents of both indexes.
            quality: compares the live index and this one, by judged questions.
            wait_s: how long the index may take to hold what was published before now.

        Raises:
            Misconfigured: there is no such index.
            Unavailable: Kafka or a store does not answer.
        """
        known = await self.indexes()
        index = index_changes.require(known, name)
        live = index_changes.require(known, known.live)
        states = [await self._lag(name, wait_s)]
        compared = IndexComparison(documents={}, differences={})
        if compares:
            self._tell(f"comparing the documents of {live.name} and {name}")
            async with (
                open_inventory(self._store_of(live)) as one,
                open_inventory(self._store_of(index)) as other,
            ):
                compared = await compare(one, other)
            states.append(_documents(compared, name))
        if quality is not None:
            self._tell(f"asking {live.name} and {name} the judged questions")
            states.append(await quality(live, index))
        return states, compared

    async def flip(
        self,
        name: str,
        forced: Collection[GateName] = (),
        *,
        compares: bool = True,
        back: bool = False,
        quality: Quality | None = None,
        wait_s: float = _CAUGHT_UP_S,
        opened_s: float = _OPENED_S,
    ) -> Turned:
        """Let an index answer questions, once the gates are open that are not forced.

        Args:
            name: the index.
            forced: gates that are not asked.
            compares: whether its documents must be those of the live one.
            back: whether it is the way back.
            quality: compares the live index and this one, by judged questions.
            wait_s: how long the index may take to hold what was published before now.
            opened_s: how long all who search may take to open it.

        Raises:
            Refused: a gate is shut; nothing was changed.
            Misconfigured: there is no such index.
            Unavailable: Kafka or a store does not answer.
        """
        known = await self.indexes()
        index_changes.require(known, name)
        if name == known.live:
            return Turned(indexes=known, seconds=None, late=await self._searchers.late(name))
        opening = await self._change(lambda now: index_changes.opened(now, name), always=True)
        opened_at = time.monotonic()
        patience_s = 0.0 if GateName.LAG in forced else wait_s
        try:
            states, _ = await self.check(
                name,
                compares=compares and GateName.DOCUMENTS not in forced,
                quality=None if GateName.QUALITY in forced else quality,
                wait_s=patience_s,
            )
            require_open(states, forced)
            if GateName.READERS not in forced:
                require_open([await self._searchers.gate(name, opened_s)], forced)
        except Refused:
            await self._change(lambda now: index_changes.closed(now, name))
            raise
        # the broker's clock, on which the gates took that long
        at = _instant(opening.appended_ms) + timedelta(seconds=time.monotonic() - opened_at)
        written = await self._change(lambda now: index_changes.flipped(now, name, at=at, back=back))
        # who follows sees it from now on
        started = time.perf_counter()
        late = await self._searchers.until_turned(name)
        seconds = time.perf_counter() - started
        return Turned(indexes=written.indexes, seconds=seconds, late=late)

    async def rollback(self, forced: Collection[GateName] = ()) -> Turned:
        """Let the index before answer again: its own ingestor has kept it up to date.

        Raises: as `flip`.
        """
        name = index_changes.the_one_before(await self.indexes())
        return await self.flip(name, forced, compares=False, back=True)

    async def mark(self, name: str, *, keep: timedelta) -> IndexesChanged:
        """Forbid to write to an index, before it is removed.

        Raises:
            Misconfigured: it is live or was live lately, or is not there.
        """
        written = await self._change(
            lambda now: index_changes.marked_for_removal(now, name, now=utc_now(), keep=keep)
        )
        return written.indexes

    async def remove(self, name: str, index: Index) -> IndexesChanged:
        """Remove a marked index, once nobody writes to it or has it open.

        Raises:
            Unavailable: its ingestors still run, it is still searched, or a server does not answer.
        """
        async with open_lag_reader(self._kafka, COMMAND_LINE) as reader:
            self._tell(f"waiting until no ingestor writes to {name} any more")
            await until_none_runs(reader, name, seconds=_ENDED_S)
        await self._searchers.until_closed(name)
        self._tell(f"removing the collection of {name}")
        await drop_collection(self._store_of(index))
        return (await self._change(lambda now: index_changes.removed(now, name))).indexes

    async def _change(
        self, change: Callable[[IndexesChanged], IndexesChanged], *, always: bool = False
    ) -> WrittenIndexes:
        return await change_indexes(self._kafka, COMMAND_LINE, change, source=SOURCE, always=always)

    def _place_of(self, index: Index) -> tuple[str, str, str]:
        """Return what makes a collection one of its own, whoever reaches it with which password."""
        store = self._store_of(index)
        url = urlsplit(store.url.get_secret_value())
        return store.kind, url.netloc.rpartition("@")[2] + url.path.rstrip("/"), store.collection

    async def _lag(self, name: str, wait_s: float) -> GateState:
        """Wait until all is in the index that was published before now."""
        self._tell(f"waiting until {name} holds what was published until now")
        async with open_lag_reader(self._kafka, COMMAND_LINE) as reader:
            left = await unread(reader, name)
            until = time.monotonic() + wait_s
            while left and time.monotonic() < until:
                await asyncio.sleep(_LOOK_S)
                left = await still_unread(reader, name, left)
        behind = [f"{each.topic}[{each.partition}]" for each in sorted(left, key=str)]
        return GateState(
            gate=GateName.LAG,
            open=not left,
            found=f"it is behind on {some(behind)}"
            if left
            else "all that was published before the check is in it",
            look="`ragline reindex status` shows lag, rate, and failures",
        )


def _documents(compared: IndexComparison, name: str) -> GateState:
    one, other = compared.totals
    if not compared.differences:
        return GateState(
            gate=GateName.DOCUMENTS,
            open=True,
            found=f"the same {one} documents in {len(compared.documents)} tenants, in the same "
            "versions and for the same readers",
        )
    named = [told(key, pair) for key, pair in compared.differences.items()]
    return GateState(
        gate=GateName.DOCUMENTS,
        open=False,
        found=f"{len(named)} documents differ ({one} live, {other} in {name}): {some(named)}",
        look="`ragline reindex check --json` lists all; `ragline reindex status` shows failures",
    )


def _instant(appended_ms: int | None) -> datetime:
    """Return when the broker appended the record before, on its clock; ours if there was none."""
    return utc_now() if appended_ms is None else datetime.fromtimestamp(appended_ms / 1_000, UTC)
