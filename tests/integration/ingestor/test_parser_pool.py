"""Documents are parsed in processes that may end: whatever a document does, others go on."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import docx
import psutil
import pytest

from ragline.contracts import media_types
from ragline.errors import InvalidDocument, Unavailable
from ragline.messaging.slots import DeliverySlot
from ragline_ingestor.document import Content, ParseLimits
from ragline_ingestor.prepared import Prepared
from ragline_ingestor.sandbox.budget import ProcessLimits
from ragline_ingestor.sandbox.messages import (
    OPTIONS,
    REPLY,
    ParserOptions,
    encode_request,
)
from ragline_ingestor.sandbox.parser_pool import ParserPool, open_parser_pool
from ragline_ingestor.sandbox.parser_process import ParserProcess
from ragline_ingestor.settings import IngestorSettings

SETTINGS = IngestorSettings()
LIMITS = SETTINGS.parse_limits()
HOSTILE = (sys.executable, str(Path(__file__).with_name("hostile_parsers.py")))
PAGE = Content(data=b"# Keys\n\nKeys are at the porter.", media_type=media_types.MARKDOWN)
OpenPool = Callable[..., AbstractAsyncContextManager[ParserPool]]


@pytest.fixture
def lost() -> Counter[str]:
    return Counter()


@pytest.fixture
def open_pool(lost: Counter[str]) -> OpenPool:
    @asynccontextmanager
    async def opened(
        *,
        workers: int = 1,
        timeout_s: float = 60,
        cpu_s: float = 60,
        memory_mb: int = 400,
        limits: ParseLimits | None = None,
    ) -> AsyncIterator[ParserPool]:
        options = ParserOptions(
            limits=limits or LIMITS,
            sizes=SETTINGS.chunk_sizes(),
            process=ProcessLimits(cpu_s=cpu_s, memory_mb=memory_mb),
        )
        async with open_parser_pool(
            options,
            workers=workers,
            timeout_s=timeout_s,
            slot=DeliverySlot(),
            on_loss=lambda reason: lost.update([reason]),
            program=HOSTILE,
        ) as pool:
            await pool.start()
            yield pool
        assert children() == []

    return opened


def children() -> list[psutil.Process]:
    """The parser processes that there are, zombies among them."""
    ours = psutil.Process().children(recursive=True)
    return [p for p in ours if p.status() == psutil.STATUS_ZOMBIE or HOSTILE[1] in p.cmdline()]


def hostile(kind: str) -> Content:
    return Content(data=b"x", media_type=f"text/{kind}")


async def refusal(pool: ParserPool, content: Content) -> InvalidDocument:
    with pytest.raises(InvalidDocument) as caught:
        await pool(content, names=(), tenant="acme")
    return caught.value


async def check_goes_on(pool: ParserPool) -> None:
    prepared = await pool(PAGE, names=("keys.md",), tenant="acme")
    assert (prepared.title, prepared.chunks[0].heading_path) == ("Keys", ("Keys",))


@pytest.mark.parametrize(
    ("kind", "limits", "code", "reason", "says"),
    [
        ("loop", {"cpu_s": 0.5}, "parse_timeout", "cpu", "PARSE_CPU_S"),
        ("sleep", {"timeout_s": 0.5}, "parse_timeout", "timeout", "PARSE_TIMEOUT_S"),
        ("hoard", {}, "parse_memory", "memory", "PARSE_MEMORY_MB"),
        ("break-down", {}, "parser_crashed", "crash", "signal 11"),
        ("leave", {}, "parser_crashed", "crash", "code 3"),
    ],
)
async def test_a_hostile_document_fails_with_a_reason_and_the_next_one_works(
    open_pool: OpenPool,
    lost: Counter[str],
    kind: str,
    limits: dict[str, float],
    code: str,
    reason: str,
    says: str,
) -> None:
    async with open_pool(**limits) as pool:
        error = await refusal(pool, hostile(kind))
        assert error.code == code
        assert says in str(error)
        assert lost == {reason: 1}
        await check_goes_on(pool)


def packed(body: str) -> bytes:
    """A DOCX file with `body` for its body."""
    plain, out = BytesIO(), BytesIO()
    docx.Document().save(plain)
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    xml = f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    with ZipFile(plain) as whole, ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for entry in whole.infolist():
            main = entry.filename == "word/document.xml"
            archive.writestr(entry, xml if main else whole.read(entry))
    return out.getvalue()


@pytest.mark.parametrize(
    ("media_type", "data"),
    [
        (media_types.DOCX, packed("<w:p><w:r/></w:p>" * 1_500_000)),
        (media_types.HTML, b"<b>x</b>" * 1_500_000),
    ],
    ids=["packed elements", "elements of HTML"],
)
async def test_a_memory_bomb_fails_with_a_reason_and_the_next_one_works(
    open_pool: OpenPool, lost: Counter[str], media_type: str, data: bytes
) -> None:
    async with open_pool(limits=replace(LIMITS, nodes=10**9)) as pool:
        error = await refusal(pool, Content(data=data, media_type=media_type))
        assert error.code == "parse_memory"
        assert lost == {"memory": 1}
        await check_goes_on(pool)


async def test_a_process_that_is_killed_fails_its_document_alone(
    open_pool: OpenPool, lost: Counter[str]
) -> None:
    async with open_pool(workers=2) as pool:
        before = children()
        stuck = [asyncio.create_task(refusal(pool, hostile("loop")))]
        victim = await busy(before)
        stuck.append(asyncio.create_task(refusal(pool, hostile("sleep"))))
        victim.kill()
        error = await stuck[0]
        assert error.code == "parser_crashed"
        await check_goes_on(pool)
        assert not stuck[1].done()
        for process in children():
            process.send_signal(signal.SIGTERM)  # a stop is for the service
        await check_goes_on(pool)
        assert lost == {"crash": 1}
        stuck[1].cancel()
        await asyncio.wait(stuck[1:])


async def test_a_process_that_ended_between_documents_fails_none() -> None:
    options = ParserOptions(
        limits=LIMITS,
        sizes=SETTINGS.chunk_sizes(),
        process=SETTINGS.process_limits(),
    )
    command = (*HOSTILE, OPTIONS.dump_json(options).decode())
    process = ParserProcess(command, max_reply_bytes=options.max_reply_bytes)
    try:
        await process.start()
        [victim] = children()
        victim.kill()
        while process.is_running:
            await asyncio.sleep(0.02)
        await process.start()
        reply = REPLY.validate_json(await process.ask(encode_request(PAGE, ("keys.md",))))
        assert isinstance(reply.outcome, Prepared)
    finally:
        await process.kill()
    assert children() == []


async def busy(among: list[psutil.Process]) -> psutil.Process:
    """Wait until one of these processes works, and return it."""
    before = {p.pid: p.cpu_times().user for p in among}
    while True:
        for process in among:
            if process.cpu_times().user > before[process.pid] + 0.1:
                return process
        await asyncio.sleep(0.02)


async def test_documents_share_the_processes(open_pool: OpenPool, lost: Counter[str]) -> None:
    pages = [f"# Page {n}\n\nPage {n} says little.".encode() for n in range(100)]
    async with open_pool(workers=2, cpu_s=0.5) as pool:
        hostile_one = asyncio.create_task(refusal(pool, hostile("loop")))
        done = await asyncio.gather(
            *(pool(Content(data=page), names=("page.md",), tenant="acme") for page in pages)
        )
        assert [prepared.title for prepared in done] == [f"Page {n}" for n in range(100)]
        assert (await hostile_one).code == "parse_timeout"
        assert lost == {"cpu": 1}


async def test_large_documents_come_back_whole(open_pool: OpenPool) -> None:
    text = "Ein Schlüssel 鍵 liegt beim Pförtner. " * 20_000
    async with open_pool() as pool:
        prepared = await pool(Content(data=text.encode()), names=("keys.txt",), tenant="acme")
    assert prepared.chunks[0].start == 0
    assert prepared.chunks[-1].end == len(text.rstrip())
    assert all(text[c.start : c.end] == c.text for c in prepared.chunks)


async def test_nobody_waits_for_an_abandoned_document(
    open_pool: OpenPool, lost: Counter[str]
) -> None:
    async with open_pool() as pool:
        before = children()
        task = asyncio.create_task(pool(hostile("loop"), names=(), tenant="acme"))
        await busy(before)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert children() == []
        assert lost == {"abandoned": 1}
        await check_goes_on(pool)


async def test_a_process_that_a_document_left_large_is_replaced(
    open_pool: OpenPool, lost: Counter[str]
) -> None:
    async with open_pool() as pool:
        [before] = children()
        await pool(hostile("bloat"), names=(), tenant="acme")
        await check_goes_on(pool)
        [after] = children()
        assert after.pid != before.pid
        assert lost == {}


async def test_work_under_way_at_the_end_is_for_another_ingestor(
    open_pool: OpenPool, lost: Counter[str]
) -> None:
    async with open_pool() as pool:
        before = children()
        tasks = [
            asyncio.create_task(pool(hostile("loop"), names=(), tenant="acme")) for _ in range(2)
        ]
        await busy(before)
    for task in tasks:
        with pytest.raises(Unavailable):
            await task


@asynccontextmanager
async def pool_of(code: str) -> AsyncIterator[ParserPool]:
    options = ParserOptions(
        limits=LIMITS,
        sizes=SETTINGS.chunk_sizes(),
        process=ProcessLimits(cpu_s=1, memory_mb=512),
    )
    async with open_parser_pool(
        options,
        workers=2,
        timeout_s=1,
        slot=DeliverySlot(),
        on_loss=lambda _: None,
        program=(sys.executable, "-c", code),
    ) as pool:
        yield pool


async def test_a_program_that_does_not_start_is_told() -> None:
    async with pool_of("raise SystemExit(7)") as pool:
        with pytest.raises(Unavailable, match="exit code 7"):
            await pool(PAGE, names=("keys.md",), tenant="acme")
        with pytest.raises(Unavailable, match="exit code 7"):
            await pool.check()


async def test_nobody_waits_for_processes_that_take_long_to_start() -> None:
    async with pool_of("import sys; sys.stdin.read()") as pool:
        await pool.check()
