"""What a service is composed of: its stage, with the adapters behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ragline.contracts.base import Event
from ragline.contracts.indexes import BASE_INDEX
from ragline.messaging.admission import Admission
from ragline.messaging.aside import Aside
from ragline.messaging.assignment import Assignment
from ragline.messaging.outage import Dependency
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.ports.answers import AnswerLedger, Progress

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

    `checks` raise when a dependency is not reachable. Each of `live` returns why only a restart of
    the process can help, or None. Each of `degraded` returns what the stage
    currently does without, or None. `ledger` is where query stages claim their terminal answers.
    `admission` admits records in turn; set only in the first stage. It uses the same `waiting`, the
    tasks that wait and have done no work yet, and the same `assignment` as the consumption.
    `vital` are the dependencies without which no record can be handled; set it only where records
    may wait for them, so not in query stages, whose questions have deadlines.
    `aside` publishes what the stage does not return.
    `index` is the one that the stage writes to, and `tells` says of the time of a change in epoch
    milliseconds whether its status is published; for the ingestor.
    `gone` returns why the service has nothing to do any more, and so ends, or None.
    `progress` reports the start of the stage to those who wait for the answer.
    """

    stage: Stage | Observer
    ledger: AnswerLedger | None = None
    checks: Mapping[str, Check] = field(default_factory=dict)
    live: Mapping[str, Callable[[], str | None]] = field(default_factory=dict)
    admission: Admission | None = None
    waiting: WaitingTasks = field(default_factory=WaitingTasks)
    assignment: Assignment = field(default_factory=Assignment)
    vital: Mapping[str, Dependency] = field(default_factory=dict)
    progress: Progress | None = None
    aside: Aside = field(default_factory=Aside)
    degraded: Mapping[str, Callable[[], str | None]] = field(default_factory=dict)
    index: str = BASE_INDEX
    tells: Callable[[float], bool] = lambda _appended_ms: True
    gone: Callable[[], str | None] = lambda: None
