"""What goes to a parser process and comes back is the same at the other end."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from pydantic import ValidationError
from tests.unit.ingestor.conftest import LIMITS, SIZES

from ragline_ingestor.chunking import Chunk
from ragline_ingestor.document import Content
from ragline_ingestor.prepared import Prepared
from ragline_ingestor.sandbox.budget import ProcessLimits
from ragline_ingestor.sandbox.messages import (
    OPTIONS,
    REPLY,
    ParserOptions,
    Refusal,
    Reply,
    decode_request,
    encode_request,
    framed,
    read_frame,
)


def test_requests_keep_all_bytes_and_names() -> None:
    content = Content(data=bytes(range(256)), media_type="text/ü", charset=None)
    assert decode_request(encode_request(content, ("a.md", ""))) == (content, ("a.md", ""))


def test_frames_end_with_the_stream() -> None:
    stream = BytesIO(framed(b"one") + framed(b"") + framed(b"cut off")[:-1])
    assert [read_frame(stream) for _ in range(4)] == [b"one", b"", None, None]


@pytest.mark.parametrize(
    "outcome",
    [
        Refusal(code="too_large", message="split it"),
        Prepared(
            media_type="text/plain",
            title=None,
            language="ja",
            chunks=(Chunk(text='"鍵"\n', start=0, end=4, heading_path=("家", "")),),
        ),
    ],
)
def test_replies_keep_what_they_say(outcome: Prepared | Refusal) -> None:
    reply = Reply(outcome=outcome, is_last=True)
    assert REPLY.validate_json(REPLY.dump_json(reply)) == reply


@pytest.mark.parametrize("said", [b"", b"null", b'{"outcome": {"chunks": []}, "is_last": false}'])
def test_other_replies_are_refused(said: bytes) -> None:
    with pytest.raises(ValidationError):
        REPLY.validate_json(said)


def test_options_keep_what_they_say() -> None:
    options = ParserOptions(
        limits=replace(LIMITS, nodes=5),
        sizes=replace(SIZES, target=99),
        process=ProcessLimits(cpu_s=0.5, memory_mb=600),
    )
    assert OPTIONS.validate_json(OPTIONS.dump_json(options)) == options
