"""Records that can never be processed."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

from .fault import Fault, Scene

_TOPICS = ("queries", "intents", "candidates", "ranked", "documents")
_RECORDS: tuple[tuple[bytes | None, list[tuple[str, bytes]] | None], ...] = (
    (b"{nope", None),
    (b'{"query_id": "%b", "document_id": "%b", "words": 1}', None),
    (None, None),
    (b"\x00\x00\x00\x00\x07\x02%b", [("x", b"\xff\xfe")]),
)


def faults() -> Iterator[Fault]:
    """Return the one fault."""
    yield Fault(
        name="poison",
        about="every topic gets no JSON, another schema, no value, and Avro with a binary header",
        act=_poison,
    )


def _poison(scene: Scene) -> None:
    for topic in _TOPICS:
        for value, headers in _RECORDS:
            key = f"poison-{uuid4()}"
            body = value.replace(b"%b", key.encode()) if value is not None else None
            scene.load.inject(topic, key, body, headers)
