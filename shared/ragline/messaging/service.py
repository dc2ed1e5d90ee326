"""The one way to run a stage: a spec that names topics and how to compose the stage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from ragline.contracts.base import Event
from ragline.contracts.topics import Service, Topic
from ragline.messaging.admission import Admission
from ragline.observability.metrics import Metrics
from ragline.ports.answers import AnswerLedger, Progress
from ragline.settings import ServiceSettings

Check = Callable[[], Awaitable[None]]


class Stage(Protocol):
    """One processing step: an event in, the next event (or the terminal answer) out."""

    async def __call__(self, event: Any, /) -> Event:
        """Process `event`. Raises only errors of `ragline.errors`."""
        ...


class Observer(Protocol):
    """Who only looks at events: nothing comes out."""

    async def __call__(self, event: Any, /) -> None:
        """Take note of `event`. Raises only errors of `ragline.errors`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """A stage with its adapters behind it.

    `checks` raise when a dependency is not reachable; `degraded` tell what the stage does without
    just now, or None. `ledger` is where query stages claim their terminal answers. `admission` lets
    records in by turn, where the stage is the pipeline's door. `progress` tells who waits for an
    answer that the stage has begun.
    """

    stage: Stage | Observer
    ledger: AnswerLedger | None = None
    checks: Mapping[str, Check] = field(default_factory=dict)
    admission: Admission | None = None
    progress: Progress | None = None
    degraded: Mapping[str, Callable[[], str | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """What a service is: which topics it reads and writes, its settings, how it is composed.

    `compose` opens the adapters, gives them the metrics, and closes them again; when it raises
    `TransientError` (a dependency is down) the service waits, says so and tries again. Without
    `outbound` what is composed is an `Observer`.
    """

    service: Service
    title: str
    inbound: tuple[Topic, ...]
    outbound: tuple[Topic, ...]
    settings: type[ServiceSettings]
    compose: Callable[[Any, Metrics], AbstractAsyncContextManager[Composition]]
