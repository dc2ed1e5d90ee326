"""How a record has to end, judged by the contracts alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pydantic import ValidationError

from ragline.contracts.base import Event, QueryEvent
from ragline.contracts.documents import DocumentAccessChanged, DocumentChanged, DocumentTombstone
from ragline.contracts.feedback import FeedbackGiven
from ragline.contracts.reading import read_event
from ragline.contracts.topics import BY_NAME, DOCUMENT_ACCESS, DOCUMENTS
from ragline.contracts.wrappings import BinaryValue

from .case import Case

_ORIGIN = "ragline-retry-origin"


@dataclass(frozen=True)
class Expectation:
    """How one record has to end.

    `causes` are those that its dead letter may have; they are empty for a record that can be read.
    Such a one ends in an answer (`tenant`, `query_id`), in a status (key, `version`) or, when it is
    only noted, with the offset of its group.
    """

    causes: frozenset[str] = frozenset()
    answer: tuple[str, str] | None = None
    status: tuple[str, int] | None = None

    @cached_property
    def is_silent(self) -> bool:
        """Whether nothing is published about it."""
        return not (self.causes or self.answer or self.status)


def expect(case: Case) -> Expectation:
    """Return how the record has to end."""
    kind = _event_type(case)
    if kind is None:
        return _dead("invalid_headers")
    if case.value is None:
        return _deletion(case) if kind is DocumentChanged else _dead("invalid_json")
    try:
        event = read_event(kind, case.value)
    except ValidationError as error:
        invalid_json = error.errors()[0]["type"] == "json_invalid"
        return _dead("invalid_json" if invalid_json else "invalid_schema")
    except BinaryValue:
        return _dead("invalid_json")
    return _readable(case, event)


def _deletion(case: Case) -> Expectation:
    """A tombstone of a document that nobody published: each record has one of its own."""
    if BY_NAME[case.topic].delay_s is not None:  # it does not say where it was
        return _dead("invalid_headers")
    tenant, _, document_id = (case.key or b"").decode("utf-8", "replace").partition("/")
    try:
        gone = DocumentTombstone(tenant=tenant, document_id=document_id)
    except ValidationError:
        return _dead("invalid_key")
    return Expectation(status=(gone.key, gone.published))


def _readable(case: Case, event: Event) -> Expectation:
    if isinstance(event, DocumentChanged | DocumentAccessChanged):
        if case.key != event.key.encode():
            return _dead("invalid_key")
        recorded = isinstance(event, DocumentAccessChanged) and event.recorded
        return Expectation() if recorded else Expectation(status=(event.key, event.version))
    if isinstance(event, QueryEvent) and not isinstance(event, FeedbackGiven):
        return Expectation(answer=(event.tenant, event.query_id))
    return Expectation()


def _event_type(case: Case) -> type[Event] | None:
    """Return what the record claims to carry; None on a retry topic that names no topic of ours."""
    topic = BY_NAME[case.topic]
    if topic.delay_s is None:
        return topic.event
    origins = [value for name, value in case.headers if name == _ORIGIN]
    first = origins[-1] if origins else None
    known = {each.name.encode(): each.event for each in (DOCUMENTS, DOCUMENT_ACCESS)}
    return known.get(first or b"")


def _dead(*causes: str) -> Expectation:
    return Expectation(causes=frozenset(causes))
