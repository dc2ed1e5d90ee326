"""The common way to run a stage: a spec that names its topics and how to compose it."""

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
    """Only observes events; returns nothing."""

    async def __call__(self, event: Any, /) -> None:
        """Take note of `event`. Raises only errors of `ragline.errors`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """A stage with its adapters behind it.

    `checks` raise when a dependency is not reachable. Each of `degraded` returns what the stage
    currently does without, or None. `ledger` is where query stages claim their terminal answers.
    `admission` admits records in turn; set only in the first stage. `progress` reports the start
    of the stage to those who wait for the answer.
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

    `compose` opens the adapters, passes them the metrics, and closes them again. When it raises
    `TransientError` (a dependency is down), the service reports that, waits and retries. Without
    `outbound`, `compose` makes an `Observer`.
    """

    service: Service
    title: str
    inbound: tuple[Topic, ...]
    outbound: tuple[Topic, ...]
    settings: type[ServiceSettings]
    compose: Callable[[Any, Metrics], AbstractAsyncContextManager[Composition]]
