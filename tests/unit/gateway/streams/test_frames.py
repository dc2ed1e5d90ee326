"""What goes over the wire of a stream can be read by who knows the standard."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from ragline.adapters.redis.entries import stored_entry
from ragline_gateway.streams.frames import frame
from ragline_gateway.streams.mailbox import Answer, Closing
from ragline_gateway.streams.readers import GaveUp, Silence


def parsed(data: bytes) -> list[dict[str, str]]:
    """Read events as section 9.2.6 of the HTML standard says; fields are split at any newline."""
    events, fields = [], dict[str, str]()
    for line in data.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if not line:
            if "data" in fields:
                events.append(fields)
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
    return events


@given(st.text(), st.integers(1, 9), st.integers(0, 999))
def test_any_text_comes_through_as_one_event(text: str, attempt: int, seq: int) -> None:
    text = text.encode("utf-8", "replace").decode()
    fields = {b"attempt": str(attempt), b"seq": str(seq), b"delta": text}
    entry = stored_entry(
        f"{attempt}-{seq}".encode(), {name: value.encode() for name, value in fields.items()}
    )

    (event,) = parsed(frame(entry, gave_up={}))

    assert event["event"] == "token"
    assert event["id"] == f"{attempt}-{seq}"
    assert json.loads(event["data"]) == {
        "id": entry.id,
        "attempt": attempt,
        "seq": seq,
        "delta": text,
    }


def test_each_kind_has_its_frame() -> None:
    answer = parsed(frame(Answer(b'{"text":"x"}'), gave_up={}))
    problem = parsed(frame(GaveUp(), gave_up={"code": "no-answer"}))

    assert answer == [{"id": "done", "event": "answer", "data": '{"text":"x"}'}]
    assert problem == [{"id": "done", "event": "problem", "data": '{"code": "no-answer"}'}]
    assert parsed(frame(Silence(), gave_up={})) == []
    assert parsed(frame(Closing(), gave_up={})) == []
    assert b"retry: 1000\n" in frame(Closing(), gave_up={})
