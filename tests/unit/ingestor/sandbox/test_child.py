"""The loop of a parser process, over buffers."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest

from ragline.errors import InvalidDocument
from ragline_ingestor.chunking import Chunk
from ragline_ingestor.document import Content
from ragline_ingestor.prepared import Prepared
from ragline_ingestor.sandbox.budget import Budget, ProcessLimits
from ragline_ingestor.sandbox.child import serve
from ragline_ingestor.sandbox.messages import (
    READY,
    REPLY,
    Refusal,
    Reply,
    encode_request,
    framed,
    read_frame,
)

LIMITS = ProcessLimits(cpu_s=30, memory_mb=100_000)


def prepared(title: str | None = None) -> Prepared:
    chunk = Chunk(text="x", start=0, end=1, heading_path=())
    return Prepared(media_type="text/plain", title=title, language=None, chunks=(chunk,))


def replies(prepare: Callable[..., Prepared], *, documents: int = 1) -> list[Reply]:
    requests = framed(encode_request(Content(data=b"x"), ("a.md",))) * documents
    out = BytesIO()
    serve(prepare, Budget(LIMITS), requests=BytesIO(requests), replies=out)
    out.seek(0)
    assert read_frame(out) == READY
    frames = iter(lambda: read_frame(out), None)
    return [REPLY.validate_json(frame) for frame in frames if frame is not None]


def raising(error: Exception) -> Callable[..., Prepared]:
    def prepare(content: Content, *, names: tuple[str, ...]) -> Prepared:
        raise error

    return prepare


def test_each_document_gets_its_reply_until_the_requests_end() -> None:
    asked = []

    def prepare(content: Content, *, names: tuple[str, ...]) -> Prepared:
        asked.append((content.data, names))
        return prepared()

    assert replies(prepare, documents=2) == [Reply(outcome=prepared(), is_last=False)] * 2
    assert asked == [(b"x", ("a.md",))] * 2


def test_a_refusal_travels_as_data() -> None:
    refuse = raising(InvalidDocument("split it", code="too_large"))
    said = Refusal(code="too_large", message="split it")
    assert replies(refuse) == [Reply(outcome=said, is_last=False)]


def test_after_a_lack_of_memory_the_process_ends() -> None:
    [reply] = replies(raising(MemoryError()), documents=2)
    assert isinstance(reply.outcome, Refusal)
    assert (reply.outcome.code, reply.is_last) == ("parse_memory", True)


@pytest.mark.parametrize(
    "prepare",
    [raising(ZeroDivisionError("a mistake")), lambda *_, **__: prepared(title="\ud800")],
    ids=["exception", "no UTF-8"],
)
def test_a_mistake_of_ours_is_one_failed_document(
    prepare: Callable[..., Prepared], capsys: pytest.CaptureFixture[str]
) -> None:
    for reply in replies(prepare, documents=2):
        assert isinstance(reply.outcome, Refusal)
        assert (reply.outcome.code, reply.is_last) == ("parser_crashed", False)
    assert capsys.readouterr().err.count("Traceback") == 2
