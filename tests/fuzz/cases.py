"""The endless stream of records that a seed stands for. No I/O: the same seed, the same bytes."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

from ragline.contracts.base import Event
from ragline.contracts.topics import (
    BY_NAME,
    CANDIDATES,
    DOCUMENT_ACCESS,
    DOCUMENTS,
    FEEDBACK,
    INTENTS,
    QUERIES,
    RANKED,
    RETRIES,
    Topic,
)

from .case import Case, Header
from .documents import DAMAGES, FORMATS
from .events import drawn, encoded, events
from .expectation import expect
from .mutations import VALUES, broken_headers, odd_headers, wrong_key

TENANTS = ("acme", "globex", "initech")
_BATCH = 24
_MOST_BYTES = 1_000_000  # of a drawn event; fields at all bounds at once fill the largest record
_TEXT_SHARE = 0.5  # of text documents that are sent as text, and not as base64
_WAYS = (*("valid",) * 5, *("value",) * 6, "headers", "broken headers", "key")
_ORIGINS = (DOCUMENTS.name, DOCUMENT_ACCESS.name)


def cases(seed: int, *, minutes: float) -> Iterator[Case]:
    """Return the records of a run.

    Args:
        seed: of everything.
        minutes: of the run. A record on a retry topic waits for that topic's delay, so only those
            topics get any whose delay is no longer than the run.
    """
    return _Generator(seed, [each for each in RETRIES if (each.delay_s or 0) <= minutes * 60]).all()


class _Generator:
    def __init__(self, seed: int, retries: Sequence[Topic]) -> None:
        self._seed = seed
        self._dice = Random(seed)
        self._batches = itertools.count()
        self._pools: dict[type[Event], list[Any]] = {}
        retry = [self._retried] if retries else []
        self._retries = retries
        self._sources: Sequence[Callable[[str], Case]] = (
            *(self._document,) * 6,
            *(self._event(topic) for topic in (QUERIES,) * 5),
            *(self._event(topic) for topic in (DOCUMENTS, DOCUMENT_ACCESS, FEEDBACK)),
            *(self._event(topic) for topic in (INTENTS, CANDIDATES, RANKED)),
            *retry,
        )

    def all(self) -> Iterator[Case]:
        """Return one record after the other, for ever."""
        for number in itertools.count():
            yield self._dice.choice(self._sources)(f"f{self._seed}-{number}")

    def _document(self, name: str) -> Case:
        """A valid event that carries a document which may be damaged."""
        form, damage = (self._dice.choice(list(each)) for each in (FORMATS, DAMAGES))
        data = DAMAGES[damage](FORMATS[form], self._dice)
        declared = self._dice.choice((form, form, form, *FORMATS, None))
        event: dict[str, Any] = {
            "tenant": self._dice.choice(TENANTS),
            "document_id": name + self._dice.choice((FORMATS[form].suffix, "")),
            "version": 1,
        }
        if declared is not None:
            event["media_type"] = FORMATS[declared].media_type
        event |= self._content(data, text=FORMATS[form].is_text)
        return self._case(name, DOCUMENTS, event, f"document: {form}, {damage}")

    def _content(self, data: bytes, *, text: bool) -> dict[str, str]:
        if text and self._dice.random() < _TEXT_SHARE:
            return {"content": data.decode("utf-8", "replace")}
        return {"content": base64.b64encode(data).decode(), "content_encoding": "base64"}

    def _event(self, topic: Topic) -> Callable[[str], Case]:
        def make(name: str) -> Case:
            return self._damaged(self._drawn(topic, name, f"{topic.name}: "))

        return make

    def _retried(self, name: str) -> Case:
        """A change that its publisher puts on a retry topic, as if it had been tried before."""
        first = self._dice.choice(_ORIGINS)
        kind = f"{self._dice.choice(self._retries).name}: "
        case = self._damaged(self._drawn(BY_NAME[first], name, kind))
        origin = self._dice.choice((first, first, first, *_ORIGINS, "queries", "nowhere", ""))
        headers: tuple[Header, ...] = (("ragline-retry-origin", origin.encode()),)
        if self._dice.random() < 0.2:
            headers = ()
        return Case(
            id=case.id,
            kind=case.kind,
            topic=kind.removesuffix(": "),
            key=case.key,
            value=case.value,
            headers=headers + case.headers,
        )

    def _drawn(self, topic: Topic, name: str, kind: str) -> Case:
        assert topic.event is not None
        while True:
            event = dict(self._next(topic.event))
            if self._dice.random() < 0.9:
                event["tenant"] = self._dice.choice(TENANTS)
            field, most = ("document_id", 512) if "document_id" in event else ("query_id", 128)
            event[field] = (name + self._dice.choice(("", "", "", "é" * most)))[:most]
            if topic.key == "query_id" and self._dice.random() < 0.8:
                event.pop("deadline", None)
            case = self._case(name, topic, event, f"{kind}valid")
            if case.size <= _MOST_BYTES and not expect(case).causes:
                return case

    def _next(self, kind: type[Event]) -> Any:
        pool = self._pools.setdefault(kind, [])
        if not pool:
            number = self._seed * 1_000_003 + next(self._batches)
            pool += drawn(events(kind), number=number, count=_BATCH)
        return pool.pop()

    def _case(self, name: str, topic: Topic, event: dict[str, Any], kind: str) -> Case:
        tenant = event.get("tenant", "default")
        key = event["query_id"] if topic.key == "query_id" else f"{tenant}/{event['document_id']}"
        return Case(id=name, kind=kind, topic=topic.name, key=key.encode(), value=encoded(event))

    def _damaged(self, case: Case) -> Case:
        key, value, headers = case.key, case.value, case.headers
        way = self._dice.choice(_WAYS)
        kind = case.kind.rpartition(": ")[0]
        match way:
            case "value":
                way = self._dice.choice(list(VALUES))
                value = VALUES[way](value or b"", self._dice)
            case "headers":
                headers = odd_headers(self._dice)
            case "broken headers":
                headers = broken_headers(self._dice)
            case "key":
                key = wrong_key(key or b"", self._dice)
        return Case(
            id=case.id,
            kind=f"{kind}: {way}",
            topic=case.topic,
            key=key,
            value=value,
            headers=headers,
        )
