"""The version fence as a state machine: several writers of one document, step by step.

A writer is an ingestor with one event. Hypothesis decides which events arrive (also repeated and
out of order), which writer takes the next step, and which writer crashes. A crashed writer's event
is delivered again, as Kafka would do. Readers look between any two steps. At the end every event is
processed, and the store must agree with the model, including what it physically holds.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from contextlib import AsyncExitStack
from itertools import count
from typing import get_args

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ragline.adapters.stores.opening import SourceReader, Store
from ragline.testing.store_contract.sequences import GROUPS, Change, Kind, check, expected
from ragline.testing.store_contract.turns import Crashed, Turns
from ragline.testing.store_contract.watcher import Watcher, apply, chunks_of

_VERSIONS = 4
_MOST_WRITERS = 3
_ACCESS = st.lists(st.sampled_from(GROUPS), max_size=2, unique=True).map(sorted).map(tuple)
_WHO = st.integers(0, _MOST_WRITERS - 1)
_tenants = count()


class FenceMachine(RuleBasedStateMachine):
    """Subclasses choose the store."""

    @abstractmethod
    async def open(self, stack: AsyncExitStack) -> tuple[Store, SourceReader]:
        """Open the store for searching and for reading sources."""

    @abstractmethod
    def writer(self, turns: Turns, name: str) -> Store:
        """Return the store for a writer, which waits for its turn before each step."""

    async def blocked(self) -> int:
        """Return how many writers wait for a lock that another one holds."""
        return 0

    async def assert_whole(self, tenant: str) -> None:
        """Assert that the store holds no orphaned objects."""

    @initialize(
        content=st.lists(st.none() | _ACCESS, min_size=_VERSIONS, max_size=_VERSIONS),
        access=st.lists(_ACCESS, min_size=_VERSIONS, max_size=_VERSIONS),
    )
    def begin(
        self, content: list[tuple[str, ...] | None], access: list[tuple[str, ...] | None]
    ) -> None:
        """Open the store; one version of one kind always has one content, so repeats are equal."""
        self._stated: dict[Kind, list[tuple[str, ...] | None]] = {
            "upsert": content,
            "delete": [None] * _VERSIONS,
            "access": access,
        }
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._turns = Turns()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._names = count()
        store, sources = self._runner.run(self.open(self._stack))
        self._watcher = Watcher(store, sources, tenant=f"fence-{next(_tenants)}")

    @precondition(lambda self: len(self._alive) < _MOST_WRITERS)
    @rule(kind=st.sampled_from(get_args(Kind)), version=st.integers(0, _VERSIONS - 1))
    def deliver(self, kind: Kind, version: int) -> None:
        """Give an event to a new writer."""
        change = Change(kind, version, self._stated[kind][version])
        self._runner.run(self._start(f"w{next(self._names)}", change))

    @precondition(lambda self: self._turns.waiting)
    @rule(who=_WHO)
    def step(self, who: int) -> None:
        """Let one of the writers take its next step."""
        self._runner.run(self._act(who, crash=False))

    @precondition(lambda self: self._turns.waiting)
    @rule(who=_WHO)
    def crash(self, who: int) -> None:
        """Crash one of the writers; its event is delivered again."""
        self._runner.run(self._act(who, crash=True))

    @invariant()
    def readers_see_one_whole_version(self) -> None:
        """Check what readers see at this moment."""
        self._runner.run(self._watcher.look())

    def teardown(self) -> None:
        """Finish every event, then compare with the model."""
        if not hasattr(self, "_watcher"):
            return
        with self._runner:
            try:
                self._runner.run(self._finish())
            finally:
                self._runner.run(self._stack.aclose())

    @property
    def _alive(self) -> list[tuple[str, asyncio.Task[None]]]:
        return [(name, task) for name, task in self._tasks.items() if not task.done()]

    async def _start(self, name: str, change: Change) -> None:
        self._watcher.begun(change)
        self._tasks[name] = asyncio.create_task(self._work(self.writer(self._turns, name), change))
        await self._settled()

    async def _work(self, store: Store, change: Change) -> None:
        while True:
            try:
                await apply(store, change, self._watcher.tenant)
            except Crashed:
                continue  # its offset was not committed: it is redelivered
            self._watcher.ended(change)
            return

    async def _act(self, who: int, *, crash: bool) -> None:
        waiting = self._turns.waiting
        act = self._turns.crash if crash else self._turns.release
        act(waiting[who % len(waiting)])
        await self._settled()

    async def _settled(self) -> None:
        await self._turns.settled(self._alive, blocked=self.blocked)

    async def _finish(self) -> None:
        while self._alive:
            await self._settled()
            if self._turns.waiting:
                await self._watcher.look()
                await self._act(0, crash=False)
        await asyncio.gather(*self._tasks.values())
        if self._watcher.changes:
            want = expected(self._watcher.changes)
            tenant = self._watcher.tenant
            await check(self._watcher.store, want, tenant, chunks=chunks_of(want.version))
            await self.assert_whole(tenant)
