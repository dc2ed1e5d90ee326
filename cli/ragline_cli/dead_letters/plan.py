"""What a replay would do with each dead letter, and why it would skip some."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from ragline.contracts.dead_letters import Handling
from ragline.contracts.topics import BY_NAME, STAGES, Topic
from ragline_cli.dead_letters.journal import Marks
from ragline_cli.dead_letters.letter import DeadLetter
from ragline_cli.dead_letters.summary import Summary, summarise
from ragline_cli.dead_letters.supersession import Want, want_of


class Action(StrEnum):
    """What happens to a dead letter: its record is stored, only its mark is, or neither."""

    REPLAY = "replay"
    MARK = "mark"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One dead letter's part of the plan. `attempt` is that of the replay."""

    summary: Summary
    action: Action
    reason: str | None = None
    handling: Handling = Handling.REPLAYED
    target_partition: int | None = None
    target_offset: int | None = None
    want: Want | None = None

    @property
    def attempt(self) -> int:
        """The number of the attempt that a replay begins."""
        return self.summary.attempt + 1

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "id": str(self.summary.id),
            "action": self.action.value,
            "reason": self.reason,
            "topic": self.summary.origin,
            "partition": self.target_partition,
            "key": self.summary.key_text,
            "attempt": self.attempt,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayPlan:
    """All steps, oldest failure first.

    `handled` were replayed or dropped before; `left` remain for a later run because of the limit.
    """

    steps: tuple[Step, ...]
    handled: int = 0
    left: int = 0

    def of(self, action: Action) -> list[Step]:
        """Return the steps of one kind."""
        return [step for step in self.steps if step.action is action]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        steps = [step.to_json() for step in self.steps]
        return {"steps": steps, "handled": self.handled, "left": self.left}


@dataclass(slots=True)
class Planner:
    """Collects dead letters, and decides on them once their source topics have been read."""

    marks: Marks
    handled: int = 0
    _steps: list[Step] = field(default_factory=list)
    _first: dict[tuple[object, ...], Summary] = field(default_factory=dict)

    def add(self, letter: DeadLetter) -> None:
        """Add a dead letter to the plan; one that has a mark is only counted."""
        summary = summarise(letter, self.marks.get(letter.journal_key))
        first = self._first.setdefault(_same_record(summary), summary)
        if summary.mark:
            self.handled += 1
        elif first is not summary:
            self._steps.append(_repeat(summary, first))
        else:
            self._steps.append(_draft(letter, summary))

    def wants(self) -> list[Want]:
        """Return what must be read from compacted source topics before `decide`."""
        return [step.want for step in self._steps if step.want]

    def decide(self, limit: int | None = None) -> ReplayPlan:
        """Return the plan; at most `limit` records are replayed."""
        decided = (decided_by_source(step) for step in self._steps)
        steps = sorted(decided, key=lambda step: (step.summary.failed_at, step.summary.id))
        kept, left = _limited(steps, limit)
        return ReplayPlan(steps=tuple(kept), handled=self.handled, left=left)


def replayable(name: str | None) -> Topic | None:
    """Return the topic called `name` if a stage consumes it and it is not a retry topic."""
    topic = BY_NAME.get(name or "")
    served = topic and topic.delay_s is None and set(topic.consumers) & set(STAGES)
    return topic if served else None


def on_query_path(topic: Topic) -> bool:
    """Whether records of `topic` are about a query, which has a deadline."""
    return topic.key == "query_id"


def decided_by_source(step: Step) -> Step:
    """Return `step` updated by what is on its compacted source topic; others unchanged."""
    want = step.want
    if want is None or step.action is not Action.REPLAY:
        return step
    if own := want.replayed_as:
        return replace(
            step,
            action=Action.MARK,
            reason="already replayed; only its mark was missing",
            target_partition=own.partition,
            target_offset=own.offset,
        )
    if newer := want.superseded_by:
        return skipped(step, f"superseded by offset {newer.offset} of its key")
    if want.original is None:
        return skipped(step, f"no longer on {want.topic}: erased, or the topic was recreated")
    return replace(step, target_partition=want.original.partition)


def _draft(letter: DeadLetter, summary: Summary) -> Step:
    step = Step(summary=summary, action=Action.REPLAY, target_partition=summary.partition)
    if letter.source is None:
        return skipped(step, "its headers do not name a source record")
    topic = replayable(summary.origin)
    if topic is None:
        return skipped(step, f"no stage reads {summary.origin}")
    if "compact" not in topic.cleanup:
        return step
    want = want_of(letter)
    if want is None:
        return skipped(step, f"its headers do not say where on {topic.name} it was")
    return replace(step, want=want)


def _same_record(summary: Summary) -> tuple[object, ...]:
    # A service that was killed between dead letter and commit stores the dead letter twice
    if summary.topic is None:
        return (summary.id,)
    where = (summary.topic, summary.partition, summary.offset)
    return (*where, summary.key, summary.attempt)


def _repeat(summary: Summary, first: Summary) -> Step:
    handling = first.mark.action if first.mark else Handling.REPLAYED
    return Step(
        summary=summary,
        action=Action.MARK,
        reason=f"repeats {first.id}",
        handling=handling,
    )


def skipped(step: Step, reason: str) -> Step:
    """Return `step` as one that does nothing."""
    return replace(step, action=Action.SKIP, reason=reason, want=None)


def _limited(steps: Iterable[Step], limit: int | None) -> tuple[list[Step], int]:
    kept: list[Step] = []
    replayed = left = 0
    for step in steps:
        replayed += step.action is Action.REPLAY
        if limit is not None and replayed > limit and step.action is Action.REPLAY:
            left += 1
        else:
            kept.append(step)
    return kept, left
