"""Replays dead letters to their source topics: first plans, then stores one after the other.

Each record is stored before its mark; see `journal.py` for the effect of a crash in between. A
replayed query is a new attempt: its answer differs from the `failed` one already published.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError
from aiolimiter import AsyncLimiter

from ragline.clock import Clock, epoch_ms
from ragline.contracts.dead_letters import Handling
from ragline.contracts.topics import BY_NAME, DEAD_LETTERS, DEAD_LETTERS_HANDLED
from ragline.messaging.kafka_clients import open_producer, require_topics
from ragline.settings import KafkaSettings
from ragline_cli.dead_letters.filters import LetterFilters
from ragline_cli.dead_letters.headers import replay_headers
from ragline_cli.dead_letters.journal import mark_of, read_marks
from ragline_cli.dead_letters.letter import DeadLetter
from ragline_cli.dead_letters.letter_reader import extent_of, read_letters
from ragline_cli.dead_letters.plan import (
    Action,
    Planner,
    ReplayPlan,
    Step,
    decided_by_source,
    on_query_path,
    skipped,
)
from ragline_cli.dead_letters.source_scan import SourceScan
from ragline_cli.kafka import events
from ragline_cli.kafka.client import COMMAND_LINE, translated
from ragline_cli.kafka.extent import OnProgress, no_progress
from ragline_cli.kafka.reader import open_reader


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayPace:
    """`rate` is records per second; `deadline_s` the time that a replayed query gets from now."""

    rate: float
    deadline_s: float


@dataclass(slots=True)
class ReplayOutcome:
    """What was done. `stopped` means that a stop was requested before the end."""

    replayed: int = 0
    marked: int = 0
    skipped: list[Step] = field(default_factory=list)
    stopped: bool = False

    def text(self) -> str:
        """Return the outcome as a sentence that also says how to continue."""
        parts = [f"{self.replayed} replayed"]
        parts += [f"{self.marked} only marked"] if self.marked else []
        parts += [f"{len(self.skipped)} skipped"] if self.skipped else []
        went_on = "" if not self.stopped else "; stopped: run the same command again to go on"
        return ", ".join(parts) + went_on

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "replayed": self.replayed,
            "marked": self.marked,
            "skipped": [step.to_json() for step in self.skipped],
            "stopped": self.stopped,
        }


async def plan_replay(
    kafka: KafkaSettings,
    scan: SourceScan,
    filters: LetterFilters,
    *,
    limit: int | None = None,
    on_progress: OnProgress = no_progress,
) -> ReplayPlan:
    """Return what a replay of the dead letters that match `filters` would do; stores nothing.

    Raises:
        Unavailable: no broker answers.
        Misconfigured: a topic does not exist, or the broker refuses.
    """
    with translated(kafka):
        async with open_reader(kafka, DEAD_LETTERS.name) as consumer:
            extent = await extent_of(consumer, DEAD_LETTERS.name, filters)
            planner = Planner(await read_marks(kafka, extent, on_progress))
            async for letter in read_letters(consumer, extent, filters, on_progress):
                planner.add(letter)
        await scan.add(planner.wants())
        for topic in scan.topics:
            await scan.catch_up(topic, on_progress)
        return planner.decide(limit)


async def execute_replay(
    kafka: KafkaSettings,
    scan: SourceScan,
    plan: ReplayPlan,
    pace: ReplayPace,
    *,
    clock: Clock,
    stop: Callable[[], bool] = lambda: False,
    on_progress: OnProgress = no_progress,
) -> ReplayOutcome:
    """Execute `plan`, with the scan that it was made from; raises as `plan_replay`.

    `stop` is checked before each record, so a stop never leaves a record without its mark.
    """
    steps = {step.summary.id: step for step in plan.steps if step.action is not Action.SKIP}
    targets = {str(step.summary.origin) for step in plan.of(Action.REPLAY)}
    await require_topics(kafka, COMMAND_LINE, {*targets, DEAD_LETTERS_HANDLED.name})
    async with (
        open_reader(kafka, DEAD_LETTERS.name) as consumer,
        # survives a refused record
        open_producer(kafka, COMMAND_LINE, idempotent=False, unlimited=True) as producer,
    ):
        replay = _Replay(producer, scan, pace, clock)
        filters = LetterFilters(ids=frozenset(steps))
        extent = await extent_of(consumer, DEAD_LETTERS.name, filters)
        done = 0
        async for letter in read_letters(consumer, extent, filters, no_progress):
            if stop():
                replay.outcome.stopped = True
                break
            await replay.handle(letter, steps[letter.id])
            done += 1
            on_progress("replaying", done, len(steps))
    return replay.outcome


class _Replay:
    def __init__(
        self, producer: AIOKafkaProducer, scan: SourceScan, pace: ReplayPace, clock: Clock
    ) -> None:
        self.outcome = ReplayOutcome()
        self._producer = producer
        self._scan = scan
        self._limiter = AsyncLimiter(1, 1 / pace.rate)  # steady, without a burst at the start
        self._deadline_ms = pace.deadline_s * 1000
        self._clock = clock

    async def handle(self, letter: DeadLetter, step: Step) -> None:
        """Store the record and then its mark, unless its source topic has changed."""
        if step.action is Action.REPLAY:
            await self._limiter.acquire()
            if step.want:
                await self._scan.catch_up(step.want.topic)
                step = decided_by_source(step)
        match step.action:
            case Action.REPLAY:
                await self._replay(letter, step)
            case Action.MARK:
                await self._mark(step, step.target_partition, step.target_offset)
                self.outcome.marked += 1
            case Action.SKIP:
                self.outcome.skipped.append(step)

    async def _replay(self, letter: DeadLetter, step: Step) -> None:
        try:
            stored = await self._store(letter, step)
        except MessageSizeTooLargeError:
            reason = f"larger than {step.summary.origin} takes"
            self.outcome.skipped.append(skipped(step, reason))
            return
        await self._mark(step, stored.partition, stored.offset)
        self.outcome.replayed += 1

    async def _store(self, letter: DeadLetter, step: Step) -> Any:
        topic = BY_NAME[str(step.summary.origin)]
        deadline_ms = int(epoch_ms(self._clock()) + self._deadline_ms)
        return await self._producer.send_and_wait(
            topic.name,
            letter.value,
            key=letter.key,
            partition=await self._partition(topic.name, step.target_partition),
            headers=replay_headers(
                letter.headers,
                attempt=step.attempt,
                deadline_ms=deadline_ms if on_query_path(topic) else None,
            ),
        )

    async def _partition(self, topic: str, wanted: int | None) -> int | None:
        # Use the original partition: publishers may partition keys differently
        return wanted if wanted in await self._producer.partitions_for(topic) else None

    async def _mark(self, step: Step, partition: int | None, offset: int | None) -> None:
        target = None
        if partition is not None and offset is not None:
            target = (str(step.summary.origin), partition, offset)
        mark = mark_of(
            step.summary,
            step.handling,
            at=self._clock(),
            attempt=step.attempt if step.handling is Handling.REPLAYED else None,
            target=target,
            reason=step.reason,
        )
        await events.publish(self._producer, mark)
