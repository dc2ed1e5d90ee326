"""Starts a whole stack, watches it, and stops it gracefully, without leftovers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import (
    ALL_COMPLETED,
    FIRST_EXCEPTION,
    Future,
    ThreadPoolExecutor,
    wait,
)
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Lock
from typing import Self

from ragline.contracts.base import DEFAULT_TENANT
from ragline.contracts.indexes import BASE_INDEX
from ragline.contracts.topics import Service
from ragline.errors import RaglineError
from ragline_cli.errors import Cancelled, StackError
from ragline_cli.stack.chat_models import ChatModelSize
from ragline_cli.stack.index_ingestors import IndexIngestors, forget_indexes, wanted_indexes
from ragline_cli.stack.leftovers import end_leftovers
from ragline_cli.stack.parts import PartState, StackPart
from ragline_cli.stack.plan import Ports, StackPlan, make_plan
from ragline_cli.stack.server import Server
from ragline_cli.stack.state import (
    Phase,
    ProcessId,
    ServiceState,
    StackKind,
    StackState,
    claimed,
    forget_state,
    recorded_state,
)

OnChange = Callable[[StackPart], None]
_WATCH_S = 0.5
_AWAKE_S = 0.1


class Launcher:
    """One stack, as a context manager: started on entering, stopped on leaving.

    Args:
        kind: which vector store.
        folder: state, data and logs.
        ports: wanted ports.
        cancel: set it (from a signal handler) to end the start or the wait.
        on_change: called when a part becomes ready or fails, from several threads.
        fresh: start with empty data, and delete it again at the end.
        pipeline: false starts only the vector store and Redis, without Kafka and the services.
        tenant: the console's tenant without credentials, unless the settings say otherwise.
        llm: the chat model that writes the answers; without one they are extractive.

    Raises:
        StackError: another launcher holds the folder, or a part did not start.
        Cancelled: `cancel` was set during the start.
    """

    def __init__(
        self,
        kind: StackKind,
        folder: Path,
        *,
        ports: Ports,
        cancel: Event,
        on_change: OnChange = lambda _: None,
        fresh: bool = False,
        pipeline: bool = True,
        tenant: str = DEFAULT_TENANT,
        llm: ChatModelSize | None = None,
    ) -> None:
        self._folder = folder
        self._kind = kind
        self._ports = ports
        self._cancel = cancel
        self._on_change = on_change
        self._fresh = fresh
        self._pipeline = pipeline
        self._tenant = tenant
        self._llm = llm
        self._exits = ExitStack()
        self._writing = Lock()
        self.plan: StackPlan
        self._ingestors: IndexIngestors
        self.parts: dict[str, StackPart] = {}

    def __enter__(self) -> Self:
        """Start everything; on failure stop what was started."""
        with ExitStack() as exits:
            if not exits.enter_context(claimed(self._folder)):
                raise StackError(f"another launcher holds {self._folder}: try again")
            if (stale := recorded_state(self._folder)) is not None:
                end_leftovers(stale)
            exits.callback(forget_state, self._folder)
            self.plan = make_plan(
                self._kind, self._folder, self._ports, tenant=self._tenant, llm=self._llm
            )
            self._ingestors = IndexIngestors(
                self._folder,
                self.plan.data,
                addresses=self.plan.addresses.environment(),
                logs=self.plan.logs,
                on_change=lambda: self._record(Phase.RUNNING),
            )
            if self._fresh:
                delete_data(self.plan)
                exits.callback(delete_data, self.plan)
            stores = (self.plan.store, self.plan.redis)
            wanted = self.plan.servers if self._pipeline else stores
            self.parts = {server.name: StackPart(server) for server in wanted}
            exits.callback(self._stop)
            self._record(Phase.STARTING)
            self._start()
            self._exits = exits.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything."""
        self._exits.close()

    def wait(self) -> None:
        """Return when `cancel` is set; report a part that ends meanwhile to `on_change`."""
        while not self._cancel.wait(_WATCH_S):
            if self._pipeline:
                self._ingestors.look()
            for part in self.parts.values():
                if part.state is PartState.READY and not part.server.running:
                    self._change(part, PartState.ENDED)

    def kill(self) -> None:
        """Kill everything now, for a user who does not want to wait for a graceful stop."""
        for part in self.parts.values():
            part.server.kill()
        for process in self._ingestors.processes.values():
            process.kill()

    @property
    def state(self) -> StackState:
        """The state of this stack, for other processes to read."""
        return _state(self.plan, self._ingestors, Phase.RUNNING)

    def _start(self) -> None:
        """Start all parts at the same time: while Java starts, models are loaded."""
        with ThreadPoolExecutor(len(self.parts)) as pool:
            starts = [pool.submit(self._start_part, part) for part in self.parts.values()]
            _wait(starts, return_when=FIRST_EXCEPTION)
            if _failure(starts):
                self._cancel.set()  # also ends the other starts
        if failure := _failure(starts):
            raise failure
        self._record(Phase.RUNNING)

    def _start_part(self, part: StackPart) -> None:
        self._change(part, PartState.STARTING)
        try:
            part.server.start(self._cancel, on_launched=lambda: self._record(Phase.STARTING))
            if part.server is self.plan.kafka:
                self.plan.kafka.create_topics(self._cancel)
        except RaglineError:
            self._change(part, PartState.FAILED)
            raise
        self._change(part, PartState.READY)

    def _change(self, part: StackPart, state: PartState) -> None:
        part.become(state)
        self._on_change(part)

    def _stop(self) -> None:
        """Stop the services first, Kafka last: services drain and commit their offsets to it."""
        self._record(Phase.STOPPING)
        self._ingestors.stop()
        _stop_all(self.plan.services)
        _stop_all(each for each in self.plan.backing if each is not self.plan.kafka)
        _stop_all((self.plan.kafka,))

    def _record(self, phase: Phase) -> None:
        """Write the state file."""
        with self._writing:
            _state(self.plan, self._ingestors, phase).write(self._folder)


def delete_data(plan: StackPlan) -> None:
    """Delete the documents and answers of a stack that does not run."""
    for keeper in plan.keepers:
        keeper.delete_data()
    forget_indexes(plan.data)


def _state(plan: StackPlan, ingestors: IndexIngestors, phase: Phase) -> StackState:
    based = BASE_INDEX in wanted_indexes(plan.data)
    own = (each for each in plan.services if based or each.name != Service.INGESTOR)
    services = (*own, *ingestors.processes.values())
    servers: tuple[Server, ...] = (*plan.backing, *services)
    ids = {server.name: _process_id(server) for server in servers}
    return StackState(
        stack=plan.kind,
        phase=phase,
        launcher=ProcessId.own(),
        processes={name: process for name, process in ids.items() if process is not None},
        addresses=plan.addresses,
        services={
            service.name: ServiceState(health=service.health, pid=service.pid, log=service.log)
            for service in services
        },
        logs=plan.logs,
    )


def _process_id(server: Server) -> ProcessId | None:
    return ProcessId.of(pid) if (pid := server.pid) is not None else None


def _failure(starts: Iterable[Future[None]]) -> BaseException | None:
    """Return why the start failed; prefers a real failure over the cancellations it caused."""
    errors = [error for start in starts if start.done() and (error := start.exception())]
    return min(errors, key=lambda error: isinstance(error, Cancelled), default=None)


def _stop_all(servers: Iterable[Server]) -> None:
    with ThreadPoolExecutor(8) as pool:
        stops = [pool.submit(server.stop) for server in servers]
        _wait(stops, return_when=ALL_COMPLETED)
    for stopped in stops:
        stopped.result()


def _wait(futures: Sequence[Future[None]], *, return_when: str) -> None:
    """Wait for futures in the main thread, and hear signals meanwhile.

    The kernel may hand a signal to another thread. Then nothing wakes this one, in which Python
    runs the handlers; so it wakes by itself.
    """
    ended = False
    while not ended:
        done, left = wait(futures, timeout=_AWAKE_S, return_when=return_when)
        ended = not left or (return_when == FIRST_EXCEPTION and _failure(done) is not None)
