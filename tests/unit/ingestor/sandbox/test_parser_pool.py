"""Documents wait for a parser process in their tenant's turn, and that is no stall."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import pytest

from ragline.errors import Unavailable
from ragline_ingestor.document import Content
from ragline_ingestor.prepared import Prepared
from ragline_ingestor.sandbox.messages import REPLY, ParserOptions, Reply, decode_request
from ragline_ingestor.sandbox.parser_pool import ParserPool
from ragline_ingestor.settings import IngestorSettings

SETTINGS = IngestorSettings()
OPTIONS = ParserOptions(
    limits=SETTINGS.parse_limits(),
    sizes=SETTINGS.chunk_sizes(),
    process=SETTINGS.process_limits(),
)


class SteppedProcess:
    """Reads a document when it is told to; `read` are the texts of those begun."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self._steps = asyncio.Semaphore(0)

    async def start(self) -> None:
        pass

    async def kill(self) -> None:
        pass

    async def ask(self, request: bytes) -> bytes:
        content, _names = decode_request(request)
        self.read.append(content.data.decode())
        await self._steps.acquire()
        prepared = Prepared(media_type="text/plain", title=None, language=None, chunks=())
        return REPLY.dump_json(Reply(outcome=prepared, is_last=False))

    async def step(self) -> None:
        """Let the document at hand end, and the next begin."""
        self._steps.release()
        await settled()


class FailingProcess(SteppedProcess):
    """Starts only after some failures."""

    def __init__(self, *, failures: int) -> None:
        super().__init__()
        self._left = failures

    async def start(self) -> None:
        self._left -= 1
        if self._left >= 0:
            raise Unavailable("the parser process does not start")


class SlowProcess(SteppedProcess):
    """Is ready after a while; `starting` are those that are under way."""

    def __init__(self, starting: list[SlowProcess]) -> None:
        super().__init__()
        self._starting = starting

    async def start(self) -> None:
        self._starting.append(self)
        await settled()
        assert self._starting == [self]
        self._starting.clear()


class CountingSlot:
    """Keeps how long it may be quiet after each sign of life."""

    def __init__(self) -> None:
        self.quiet: list[float] = []

    def parked(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    def signal(self) -> Callable[[float], None]:
        return self.quiet.append


async def settled() -> None:
    """Let every task run until it waits."""
    for _ in range(20):
        await asyncio.sleep(0)


def pool_of(*processes: Any, slot: CountingSlot) -> ParserPool:
    return ParserPool(
        processes, options=OPTIONS, timeout_s=120, slot=slot, on_loss=lambda _reason: None
    )


async def test_a_newcomer_is_next_however_many_documents_of_another_wait() -> None:
    process = SteppedProcess()
    pool = pool_of(process, slot=CountingSlot())

    def parse(tenant: str, text: str) -> asyncio.Task[Prepared]:
        content = Content(data=text.encode())
        return asyncio.create_task(pool(content, names=(), tenant=tenant))

    loud = [parse("loud", f"loud {n}") for n in range(10)]
    await settled()
    quiet = parse("quiet", "quiet")
    await settled()
    await process.step()
    await process.step()
    assert process.read[:3] == ["loud 0", "loud 1", "quiet"]
    await process.step()
    assert quiet.done()
    for task in loud:
        task.cancel()
    await settled()


async def test_a_document_may_be_quiet_for_as_long_as_its_parser_may_take() -> None:
    slot = CountingSlot()
    process = SteppedProcess()
    pool = pool_of(process, slot=slot)
    parsing = asyncio.create_task(pool(Content(data=b"page"), names=(), tenant="acme"))
    await settled()
    assert slot.quiet[-1] == 120
    await process.step()
    assert parsing.done()
    assert slot.quiet[-1] == 0


async def test_processes_start_one_after_the_other() -> None:
    starting: list[SlowProcess] = []
    pool = pool_of(SlowProcess(starting), SlowProcess(starting), slot=CountingSlot())
    await pool.start()


async def test_a_failed_start_shows_until_one_succeeds() -> None:
    process = FailingProcess(failures=1)
    pool = pool_of(process, slot=CountingSlot())
    await pool.check()
    with pytest.raises(Unavailable):
        await pool.start()
    with pytest.raises(Unavailable):
        await pool.check()
    await pool.start()
    await pool.check()
