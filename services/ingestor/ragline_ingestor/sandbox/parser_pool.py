"""Prepares documents in a few processes, each of which may end without harm to the others."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from ragline.background import beside
from ragline.errors import InvalidDocument, Unavailable
from ragline.ports.slots import CurrentSlot
from ragline_ingestor.document import Content
from ragline_ingestor.prepared import Prepared
from ragline_ingestor.sandbox.failures import crashed, ended, timed_out
from ragline_ingestor.sandbox.messages import (
    OPTIONS,
    REPLY,
    ParserOptions,
    Refusal,
    encode_request,
)
from ragline_ingestor.sandbox.parser_process import ParserProcess, ProcessEnded
from ragline_ingestor.tenant_line import TenantLine

log = logging.getLogger(__name__)

_TRY_AGAIN_S = 5.0

PROGRAM = (sys.executable, "-P", "-W", "ignore", "-m", "ragline_ingestor.sandbox.child")


class ParserPool:
    """One document at a time in each process; the others wait for their tenant's turn.

    A process that ends, is killed or has used up its memory is started again for the next
    document.

    Args:
        processes: the processes, started or not.
        options: what the processes were told.
        timeout_s: from the start of work on a document to its end.
        slot: is told that work which lasts is not stuck.
        on_loss: is called with the reason why a process was lost: `timeout`, `cpu`, `memory`,
            `crash`, or `abandoned` when nobody waits for the document any more.
    """

    def __init__(
        self,
        processes: Sequence[ParserProcess],
        *,
        options: ParserOptions,
        timeout_s: float,
        slot: CurrentSlot,
        on_loss: Callable[[str], None],
    ) -> None:
        self._options = options
        self._timeout_s = timeout_s
        self._on_loss = on_loss
        self._processes = processes
        self._is_closed = False
        self._failure: Unavailable | None = None
        self._idle = list(processes)
        self._line = TenantLine(len(processes), slot=slot)

    async def __call__(self, content: Content, *, names: tuple[str, ...], tenant: str) -> Prepared:
        """Return the chunks of `content`; its format may show in one of its `names`.

        Raises:
            InvalidDocument: as `Preparer`, and `parse_timeout`, `parse_memory`, `parser_crashed`.
            Unavailable: the process cannot be started, or the pool is closed.
        """
        turn = self._line.turn(tenant, longest_s=self._timeout_s)
        async with turn, self._process() as process:
            self._check_open()
            await self._start(process)
            outcome = await self._outcome(process, encode_request(content, names))
        if isinstance(outcome, Refusal):
            raise InvalidDocument(outcome.message, code=outcome.code)
        return outcome

    async def start(self) -> None:
        """Start the processes, one after the other, and wait until they are ready.

        The first is ready sooner so, and what else starts on these cores waits for less.

        Raises:
            Unavailable: one does not start.
        """
        for process in self._processes:
            await self._start(process)

    async def warm_up(self) -> None:
        """Start the processes, however often it takes, so that documents need not wait for them."""
        while True:
            try:
                return await self.start()
            except Unavailable as error:
                log.warning("%s", error)
                await asyncio.sleep(_TRY_AGAIN_S)

    async def check(self) -> None:
        """Check that the last process that was to start did, or is still about to.

        Raises:
            Unavailable: it did not.
        """
        if self._failure is not None:
            raise self._failure

    async def close(self) -> None:
        """Kill the processes; documents under way, if any, are for another ingestor."""
        self._is_closed = True
        await asyncio.gather(*(process.kill() for process in self._processes))

    async def _start(self, process: ParserProcess) -> None:
        try:
            await process.start()
        except Unavailable as error:
            self._failure = error
            raise
        self._failure = None

    @asynccontextmanager
    async def _process(self) -> AsyncIterator[ParserProcess]:
        process = self._idle.pop(0)  # the one that has been idle for longest
        try:
            yield process
        finally:
            self._idle.append(process)

    def _check_open(self) -> None:
        if self._is_closed:
            raise Unavailable("the ingestor stops: another one parses this document")

    async def _outcome(self, process: ParserProcess, request: bytes) -> Prepared | Refusal:
        try:
            async with asyncio.timeout(self._timeout_s):
                reply = REPLY.validate_json(await process.ask(request))
        except TimeoutError:
            await self._lose(process, "timeout")
            return timed_out(self._timeout_s)
        except asyncio.CancelledError:
            await self._lose(process, "abandoned")
            raise
        except ProcessEnded:
            self._check_open()
            refusal = ended(await process.end(), self._options.process)
            self._on_loss("cpu" if refusal.code == "parse_timeout" else "crash")
            return refusal
        except ValueError:
            await self._lose(process, "crash")
            return crashed("gave an unreadable answer")
        if reply.is_last:
            await self._retire(process, reply.outcome)
        return reply.outcome

    async def _lose(self, process: ParserProcess, reason: str) -> None:
        self._on_loss(reason)
        await process.kill()

    async def _retire(self, process: ParserProcess, outcome: Prepared | Refusal) -> None:
        if isinstance(outcome, Refusal) and outcome.code == "parse_memory":
            self._on_loss("memory")
        await process.kill()


@asynccontextmanager
async def open_parser_pool(
    options: ParserOptions,
    *,
    workers: int,
    timeout_s: float,
    slot: CurrentSlot,
    on_loss: Callable[[str], None],
    program: Sequence[str] = PROGRAM,
) -> AsyncIterator[ParserPool]:
    """Have `workers` processes of `program` for the block, and kill them after it.

    They start beside it: each takes a second of processor time to import all parsers.
    """
    command = [*program, OPTIONS.dump_json(options).decode()]
    processes = [
        ParserProcess(command, max_reply_bytes=options.max_reply_bytes) for _ in range(workers)
    ]
    pool = ParserPool(processes, options=options, timeout_s=timeout_s, slot=slot, on_loss=on_loss)
    try:
        async with beside(pool.warm_up()):
            yield pool
    finally:
        await pool.close()
