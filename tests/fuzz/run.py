"""One run: records at a pace, watched processes, and the wait for every record's end."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.chaos.probes import ProbeWatch
from tests.chaos.topology import Instance, Topology, running_topology

from ragline.contracts.topics import BY_NAME

from .case import Case
from .ledger import Finding, Ledger
from .memory import MemoryWatch
from .stack import LAYOUT, Outputs, Sender, passed

Item = TypeVar("Item")
Say = Callable[[str], None]

_PROBE_EVERY_S = 1.0
_READ_S = 0.1
_WAIT_S = 2.0
_STUCK_S = 60.0
_SAY_EVERY_S = 20.0
_MOST_SUSPECTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is sent, and how long.

    Args:
        cases: the records; those of a replay end.
        seconds: how long records are sent.
        rate: records a second at most.
        in_flight: records at most that have to end; else a slow machine only makes a queue.
        patience_s: how long no record may end before those that are left count as lost.
    """

    cases: Iterable[Case]
    seconds: float
    rate: float
    in_flight: int
    patience_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The most that an instance had, and may have, in bytes."""

    most: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run found. One that was interrupted does not judge the records without an end."""

    seconds: float
    sent: int
    counts: Mapping[str, Counter[str]]
    memory: Mapping[str, Memory]
    findings: Sequence[Finding]
    interrupted: bool = False


def run(plan: Plan, folder: Path, *, say: Say) -> Outcome:
    """Start the stack, send the records, and wait for their ends.

    Raises:
        StackError: a part of the stack cannot be started at all.
        TimeoutError: Kafka does not take the records.
    """
    say("starting")
    with ExitStack() as stack:
        topology = stack.enter_context(running_topology(folder, LAYOUT))
        probes = ProbeWatch(topology.instances, every_s=_PROBE_EVERY_S)
        memory = MemoryWatch(topology.instances)
        stack.enter_context(probes.watching())
        stack.enter_context(memory.watching())
        outputs = stack.enter_context(Outputs(topology.bootstrap))
        return _Run(plan, topology, probes=probes, memory=memory, outputs=outputs, say=say).all()


class _Run:
    def __init__(
        self,
        plan: Plan,
        topology: Topology,
        *,
        probes: ProbeWatch,
        memory: MemoryWatch,
        outputs: Outputs,
        say: Say,
    ) -> None:
        self._plan = plan
        self._topology = topology
        self._probes = probes
        self._memory = memory
        self._outputs = outputs
        self._say = say
        self._ledger = Ledger()
        self._sender = Sender(topology.bootstrap)
        self._sent_at: dict[str, float] = {}
        self._seen: Counter[str] = Counter()
        self._started = self._said = time.monotonic()

    def all(self) -> Outcome:
        """Send, wait, judge; after an interrupt judge what has ended by then."""
        interrupted = False
        try:
            self._send()
            self._sender.flush()
            self._say(f"{len(self._sent_at)} records sent; waiting for the last ends")
            self._wait()
        except KeyboardInterrupt:
            interrupted = True
            self._say("interrupted: records without an end are not judged")
        return Outcome(
            seconds=time.monotonic() - self._started,
            sent=len(self._sent_at),
            counts=self._ledger.counts(),
            memory={
                each.name: Memory(
                    most=self._memory.most.get(each.name, 0), limit=self._memory.limit(each)
                )
                for each in self._topology.instances
            },
            findings=self._ledger.findings if interrupted else self._ledger.close(),
            interrupted=interrupted,
        )

    def _send(self) -> None:
        until = self._started + self._plan.seconds
        for number, case in enumerate(self._plan.cases):
            due = self._started + number / self._plan.rate
            self._look(0.0)
            while time.monotonic() < until and (time.monotonic() < due or self._is_full()):
                self._look(_READ_S)
            if time.monotonic() >= until:
                return
            self._ledger.sent(case)
            self._sent_at[case.id] = time.monotonic()
            self._sender.send(case)

    def _is_full(self) -> bool:
        # one that waits on a retry topic, or for ever, must not keep the others back
        recent = time.monotonic() - _STUCK_S
        coming = (
            case
            for case in self._ledger.waiting
            if BY_NAME[case.topic].delay_s is None and self._sent_at[case.id] > recent
        )
        return sum(1 for _ in coming) >= self._plan.in_flight

    def _wait(self) -> None:
        left, since = len(self._ledger.open), time.monotonic()
        while self._ledger.open and time.monotonic() - since < self._plan.patience_s:
            self._look(_WAIT_S)
            self._look_at_groups()
            if len(self._ledger.open) < left:
                left, since = len(self._ledger.open), time.monotonic()
        self._look(_WAIT_S)

    def _look_at_groups(self) -> None:
        silent = {case.id for case in self._ledger.open} - {c.id for c in self._ledger.waiting}
        positions = {name: at for name, at in self._sender.positions.items() if name in silent}
        self._ledger.passed(passed(self._topology.bootstrap, positions))

    def _look(self, seconds: float) -> None:
        """Read what came out within so many seconds, and see how the processes fare."""
        for record in self._outputs.read(seconds):
            self._ledger.read(record)
        for name, why in self._sender.take_refused().items():
            self._ledger.refused(name, why)
        for death in self._new("deaths", self._topology.deaths):
            evidence = f"{death.instance.name} ended with {death.exit_code}\n{death.log}"
            self._finds(f"{death.instance.service} died", death.instance, evidence)
        for probe in self._new("probes", self._probes.failed):
            instance = next(i for i in self._topology.instances if i.name == probe.instance)
            self._finds(f"{instance.service} is not live", instance, probe.why)
        for instance in self._new("memory", list(self._memory.over)):
            limit = self._memory.limit(instance) >> 20
            evidence = f"{instance.name} had more than {limit} MiB"
            self._finds(f"{instance.service} has too much memory", instance, evidence)
        for finding in self._new("findings", self._ledger.findings):
            first, _, _ = finding.evidence.partition("\n")
            self._say(f"{finding.what}: {first}")
        if time.monotonic() - self._said > _SAY_EVERY_S:
            self._said = time.monotonic()
            self._say(
                f"{len(self._sent_at)} sent, {len(self._ledger.open)} of them open, "
                f"{len(self._ledger.findings)} findings"
            )

    def _new(self, kind: str, found: Sequence[Item]) -> Sequence[Item]:
        new = found[self._seen[kind] :]
        self._seen[kind] = len(found)
        return new

    def _finds(self, what: str, instance: Instance, evidence: str) -> None:
        """Note what a process did, with the records that it may have been working on."""
        suspects = [
            case for case in self._ledger.open if instance.service in BY_NAME[case.topic].consumers
        ]
        self._ledger.findings.append(
            Finding(what=what, evidence=evidence, cases=tuple(suspects[:_MOST_SUSPECTS]))
        )
