"""What can happen to a valid record on its way: each mutation is a function of bytes and dice."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from .case import Header

Mutation = Callable[[bytes, Random], bytes | None]

_NUMBERS = (
    "1" + "0" * 400,
    "1" * 5_000,
    "1e999",
    "-1e999",
    "NaN",
    "-Infinity",
    "-0",
    "9223372036854775808",
    "0.1e-400",
)
_OTHERS: tuple[Any, ...] = (None, True, 0, -1, 1.5, "", "x", [], {}, [[]], {"a": {}})
_BYTES = (b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\x00", b"\xef\xbb\xbf")
_DEPTH = 100_000
_LONG = 200_000
_HEADER_BYTES = 64_000


def flip_bits(data: bytes, dice: Random) -> bytes:
    """Flip one to eight bits."""
    if not data:
        return b"\x00"
    flipped = bytearray(data)
    for _ in range(dice.randint(1, 8)):
        flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
    return bytes(flipped)


def cut(data: bytes, dice: Random) -> bytes:
    """Keep only the beginning."""
    return data[: dice.randrange(len(data))] if data else data


def splice(data: bytes, dice: Random) -> bytes:
    """Insert a piece of the record itself somewhere else."""
    start, end = sorted(dice.randrange(len(data) + 1) for _ in range(2))
    at = dice.randrange(len(data) + 1)
    return data[:at] + data[start:end] + data[at:]


def swap_type(data: bytes, dice: Random) -> bytes:
    """Give a field a value of another type."""
    return _with_field(data, dice, lambda: json.dumps(dice.choice(_OTHERS)))


def huge_number(data: bytes, dice: Random) -> bytes:
    """Give a field a number that few programs can hold."""
    return _with_field(data, dice, lambda: dice.choice(_NUMBERS))


def long_text(data: bytes, dice: Random) -> bytes:
    """Give a field a text longer than any bound but that of content."""
    return _with_field(data, dice, lambda: json.dumps(dice.choice("aé\U0001f600") * _LONG))


def surrogate(data: bytes, dice: Random) -> bytes:
    """Give a field half of a character."""
    return _with_field(data, dice, lambda: '"x\\ud800y"')


def drop_field(data: bytes, dice: Random) -> bytes:
    """Leave out a field."""
    event = _object(data)
    if event:
        del event[dice.choice(list(event))]
    return json.dumps(event).encode()


def repeat_key(data: bytes, dice: Random) -> bytes:
    """Name a field twice, with different values."""
    event = _object(data)
    name = dice.choice(list(event) or ["x"])
    again = f"{json.dumps(name)}: {json.dumps(dice.choice(_OTHERS))}"
    inner = json.dumps(event).strip()[1:-1]
    return f"{{{again}{', ' if inner else ''}{inner}}}".encode()


def nest(data: bytes, dice: Random) -> bytes:
    """Give a field a value that is nested very deep."""
    opening, closing = dice.choice((("[", "]"), ('{"a":', "}")))
    closed = closing * dice.choice((0, _DEPTH))
    return _with_field(data, dice, lambda: opening * _DEPTH + "1" + closed)


def insert_bytes(data: bytes, dice: Random) -> bytes:
    """Insert bytes that are no UTF-8, or no text."""
    at = dice.randrange(len(data) + 1)
    return data[:at] + dice.choice(_BYTES) + data[at:]


def other_encoding(data: bytes, dice: Random) -> bytes:
    """Encode the text in another way than UTF-8."""
    return data.decode("utf-8", "replace").encode(dice.choice(("utf-16", "utf-32", "utf-7")))


def other_root(_data: bytes, dice: Random) -> bytes:
    """Be JSON, but no object."""
    return json.dumps(dice.choice((None, True, 3, "text", [], [{}]))).encode()


def add_rest(data: bytes, dice: Random) -> bytes:
    """Have something behind the end of the JSON."""
    return data + dice.choice((b"}", b" {}", b"\x00", data[:100]))


def no_value(_data: bytes, _dice: Random) -> None:
    """Have no value at all."""


def empty_value(_data: bytes, _dice: Random) -> bytes:
    """Have an empty value."""
    return b""


_MUTATIONS: tuple[Mutation, ...] = (
    flip_bits,
    cut,
    splice,
    swap_type,
    huge_number,
    long_text,
    surrogate,
    drop_field,
    repeat_key,
    nest,
    insert_bytes,
    other_encoding,
    other_root,
    add_rest,
    no_value,
    empty_value,
)
VALUES: Mapping[str, Mutation] = {each.__name__.replace("_", " "): each for each in _MUTATIONS}

_OURS = (
    "ragline-attempt",
    "ragline-deadline",
    "ragline-question",
    "ragline-tenant",
    "ragline-timings",
    "traceparent",
    "ragline-retry-origin",
    "ragline-retry-appended-at",
    "ragline-retry-not-before",
    "ragline-dead-letter-cause",
    "ragline-dead-letter-offset",
    "content-type",
    "ce_type",
    "ce_specversion",
    "ce_id",
    "correlation_id",
    "reply_to",
)
_HEADER_TEXTS = (
    b"",
    b"0",
    b"-1",
    b"2",
    b"9" * 15,
    b"9" * 5_000,
    b"application/octet-stream",
    b"text/plain",
    b"application/json",
    b"ragline.document.changed.v1",
    b"ragline.query.submitted.v99",
    b"documents",
    b"queries",
    b"[]",
    b'[{"stage": "x", "queued": 1e308, "started": -1, "finished": 0}]',
    b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-00",
    b"a" * 32,
    "тенант\u2028".encode(),
    b"x" * _HEADER_BYTES,
)


def odd_headers(dice: Random) -> tuple[Header, ...]:
    """Return headers that are text, but not what their names promise; some of them repeated."""
    names = [dice.choice(_OURS) for _ in range(dice.randint(1, 5))]
    return tuple(
        (name, dice.choice(_HEADER_TEXTS)) for name in names for _ in range(dice.randint(1, 2))
    )


def broken_headers(dice: Random) -> tuple[Header, ...]:
    """Return headers of which one is null or no UTF-8."""
    broken = dice.choice((None, b"\xff\xfe", b"\xc3(", bytes(range(256))))
    return ((dice.choice((*_OURS, "x")), broken), *odd_headers(dice)[: dice.randint(0, 2)])


def wrong_key(key: bytes, dice: Random) -> bytes | None:
    """Return another record's key, or none, or what is no key at all."""
    others = (None, b"", b"acme/other", b"/", b"\xff\xfe", b"k" * 5_000, key + b"x", key.upper())
    return dice.choice(others)


def _object(data: bytes) -> dict[str, Any]:
    found = json.loads(data)
    return found if isinstance(found, dict) else {}


def _with_field(data: bytes, dice: Random, text: Callable[[], str]) -> bytes:
    """Replace a field, at the top or one level below, by JSON text that may not be valid."""
    event = _object(data)
    inner = [name for name, value in event.items() if isinstance(value, dict) and value]
    holder = event
    if inner and dice.random() < 0.4:
        holder = event[dice.choice(inner)]
    mark = "@replaced@"
    holder[dice.choice(list(holder) or ["x"])] = mark
    return json.dumps(event).replace(json.dumps(mark), text()).encode()
