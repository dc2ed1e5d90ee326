"""Traces as the rest of the code sees them: a tracer begins spans, and spans have children.

Whoever calls something that is worth a span asks the active one for a child. Where traces are off,
or this one is not sampled, that is the span itself, and nothing is recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Protocol, Self

from ragline.contracts.trace_context import TraceContext
from ragline.errors import Misconfigured
from ragline.settings import TracesSettings

Attributes = Mapping[str, str | int | float | bool]
_NONE: Attributes = {}


class SpanKind(Enum):
    """What a span is: its own work, a request that is served or made, a record sent or read."""

    INTERNAL = "internal"
    SERVER = "server"
    CLIENT = "client"
    PRODUCER = "producer"
    CONSUMER = "consumer"


class Span(Protocol):
    """A piece of work with a beginning and an end: a context manager, entered once at most.

    An exception that leaves the block marks it as failed with the exception's class; messages are
    not recorded, because they may quote a question or a document.
    """

    @property
    def recorded(self) -> bool:
        """Whether anybody will see it."""
        ...

    @property
    def trace(self) -> TraceContext | None:
        """Its place, to be sent along; None outside of any trace."""
        ...

    def child(
        self,
        name: str,
        *,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Attributes = _NONE,
        links: Iterable[Span] = (),
    ) -> Span:
        """Begin a span within this one; `links` are others for which the same work is done."""
        ...

    def note(self, attributes: Attributes) -> None:
        """Add attributes."""
        ...

    def renamed(self, name: str) -> None:
        """Give it the name that it should have had."""
        ...

    def failed(self, error: BaseException) -> None:
        """Mark it as failed."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How long what is worked on waited for it, in epoch milliseconds: a span beside the work's."""

    name: str
    since_ms: float
    until_ms: float
    attributes: Attributes


class Tracer(Protocol):
    """Begins spans that come from elsewhere. Without `on` none of them is recorded."""

    on: bool

    def begin(
        self,
        name: str,
        *,
        kind: SpanKind,
        parent: TraceContext | None,
        attributes: Attributes = _NONE,
        wait: Wait | None = None,
    ) -> Span:
        """Begin a span below `parent`; of a new trace if there is none."""
        ...


class Unrecorded:
    """A span that nobody will see; it passes on the place from where it comes."""

    __slots__ = ("trace",)
    recorded = False

    def __init__(self, trace: TraceContext | None) -> None:
        self.trace = trace

    def child(
        self,
        _name: str,
        *,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Attributes = _NONE,
        links: Iterable[Span] = (),
    ) -> Span:
        """Return this span."""
        del kind, attributes, links
        return self

    def note(self, attributes: Attributes) -> None:
        """Do nothing."""

    def renamed(self, name: str) -> None:
        """Do nothing."""

    def failed(self, error: BaseException) -> None:
        """Do nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


class NoTracer:
    """A tracer for when traces are off."""

    on = False

    def begin(
        self,
        _name: str,
        *,
        kind: SpanKind,
        parent: TraceContext | None,
        attributes: Attributes = _NONE,
        wait: Wait | None = None,
    ) -> Span:
        """Return a span that is not recorded."""
        del kind, attributes, wait
        return Unrecorded(parent)


@contextmanager
def open_tracer(settings: TracesSettings, *, service: str) -> Iterator[Tracer]:
    """Open the tracer of a process called `service`; without an endpoint nothing is recorded.

    Raises:
        Misconfigured: the extra `traces` is not installed.
    """
    if settings.endpoint is None:
        yield NoTracer()
        return
    try:
        from ragline.observability.otel_tracer import exporting  # noqa: PLC0415  of the extra
    except ImportError as error:
        raise Misconfigured(
            "RAGLINE_TRACES__ENDPOINT needs OpenTelemetry's SDK: install the extra `traces` of "
            "ragline, or unset it"
        ) from error

    with exporting(settings.endpoint, service=service, share=settings.share) as tracer:
        yield tracer


_NOWHERE: Span = Unrecorded(None)
_ACTIVE: ContextVar[Span] = ContextVar("ragline_span", default=_NOWHERE)


def active_span() -> Span:
    """Return the span of the record or request that is being worked on."""
    return _ACTIVE.get()


@contextmanager
def active(span: Span) -> Iterator[Span]:
    """Let the block, and the tasks that it starts, be the work of `span`, and end it."""
    token = _ACTIVE.set(span)
    try:
        with span:
            yield span
    finally:
        _ACTIVE.reset(token)


def shared_child(spans: Iterable[Span], name: str, attributes: Attributes = _NONE) -> Span:
    """Begin a span for work done for all of `spans` at once: below one, linked to the others."""
    first, *others = [*dict.fromkeys(each for each in spans if each.recorded)] or [_NOWHERE]
    return first.child(name, attributes=attributes, links=others)
