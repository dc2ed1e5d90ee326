"""What the service and its parser processes say to each other: length-prefixed JSON.

JSON and not pickle: what a process sends that read a stranger's bytes is checked, not executed.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import BinaryIO

from pydantic import TypeAdapter

from ragline_ingestor.chunking import ChunkSizes
from ragline_ingestor.document import Content, ParseLimits
from ragline_ingestor.prepared import Prepared
from ragline_ingestor.sandbox.budget import ProcessLimits

LENGTH = struct.Struct(">Q")
READY = b"ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParserOptions:
    """How a parser process works."""

    limits: ParseLimits
    sizes: ChunkSizes
    process: ProcessLimits

    @property
    def max_reply_bytes(self) -> int:
        """More than the JSON of any chunks that the preparer lets through."""
        return 64 * 1024 + 32 * self.limits.text_chars


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The fields of an `InvalidDocument`."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The outcome for one document; after `is_last` the process ends."""

    outcome: Prepared | Refusal
    is_last: bool


OPTIONS = TypeAdapter(ParserOptions)
REPLY = TypeAdapter(Reply)


def framed(payload: bytes) -> bytes:
    """Return `payload` with its length before it."""
    return LENGTH.pack(len(payload)) + payload


def read_frame(stream: BinaryIO) -> bytes | None:
    """Return the next payload, or None at the end of the stream."""
    prefix = stream.read(LENGTH.size)
    if len(prefix) < LENGTH.size:
        return None
    [length] = LENGTH.unpack(prefix)
    payload = stream.read(length)
    return payload if len(payload) == length else None


def encode_request(content: Content, names: tuple[str, ...]) -> bytes:
    """Return the payload that asks for the chunks of `content`."""
    about = json.dumps([content.media_type, content.charset, *names]).encode()
    return framed(about) + content.data


def decode_request(payload: bytes) -> tuple[Content, tuple[str, ...]]:
    """Return the content and the names that `encode_request` put into `payload`."""
    start = LENGTH.size
    [length] = LENGTH.unpack(payload[:start])
    media_type, charset, *names = json.loads(payload[start : start + length])
    content = Content(data=payload[start + length :], media_type=media_type, charset=charset)
    return content, tuple(names)
