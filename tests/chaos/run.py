"""One chaos run: load, faults in random order, settling, checking."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.patience import PATIENCE_S

from ragline_cli.errors import StackError

from .bystanders import MOST_RATIO, latencies, percentile_95
from .checker import Findings, check, check_statuses
from .faults.fault import Fault, Scene
from .layouts import STANDARD, Layout
from .load import Load
from .model import Library
from .probes import FailedProbe, ProbeWatch
from .reading import Read, count_records, read_store, read_topic
from .recovery import recovery_s
from .topology import Topology, running_topology

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The plan of a run: the minimum numbers of `queries` and `changes`, and all `faults`.

    `spacing_s` is the time from the end of one fault to the next, to recover and to measure the
    recovery. `patience_s` limits the wait for the last answers, and again for the last statuses: a
    question has 5 min, a change may be on the retry topics of 10 s and 1 min.
    """

    seed: int
    queries: int
    changes: int
    faults: Sequence[Fault]
    spacing_s: float
    queries_per_s: float
    changes_per_s: float
    warm_s: float = 12.0
    patience_s: float = 2 * PATIENCE_S
    layout: Layout = STANDARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """A fault that was injected; times in epoch seconds. `note` is what it said of itself.

    `failed` is set when a server that the fault had stopped did not come back.
    """

    name: str
    started: float
    ended: float
    note: str = ""
    failed: bool = False
    restarts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How others fared during a fault: their 95th percentile in seconds, and failed probes."""

    quiet_s: float | None
    under_s: float | None
    probes: Sequence[FailedProbe]

    @property
    def ratio(self) -> float | None:
        """How many times longer they waited than without the fault."""
        return self.under_s / self.quiet_s if self.under_s and self.quiet_s else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The outcome of a run."""

    seed: int
    layout: str
    started: float
    ended: float
    offered: float
    findings: Findings
    faults: Sequence[Happened]
    recoveries: Sequence[float | None]
    watched: Sequence[Watched]
    answered_at: Sequence[float]
    indexed_at: Sequence[float]
    restarts: int


def run(script: Script, folder: Path, *, say: Say) -> Outcome:
    """Run the script and check the outcome.

    Raises:
        StackError: a part of the system cannot be started at all.
    """
    layout = script.layout
    dice = Random(script.seed)
    library = Library(random=Random(dice.random()), questions=Random(dice.random()))
    rate = layout.queries_per_s or script.queries_per_s
    say(f"seed {script.seed}, layout {layout.name}: starting")
    with running_topology(folder, layout) as topology, ExitStack() as stack:
        load = Load(
            bootstrap=topology.bootstrap,
            library=library,
            queries_per_s=rate,
            changes_per_s=rate * script.changes_per_s / script.queries_per_s,
        )
        load.prepare()
        say(f"{library.documents} documents published; load: {rate:g} queries/s")
        watch = ProbeWatch(topology.instances)
        if layout.watched:
            stack.enter_context(watch.watching())
        started = time.time()
        load.start()
        happened = _suffer(script, topology, load, dice, say)
        faults_over = time.time()
        load.finish(queries=script.queries, changes=script.changes)
        ended = time.time()
        say("load published; waiting for the last answers and statuses")
        unready = _settle(topology, load, script.patience_s)
        say("checking")
        instants = (started, faults_over, ended)
        outcome = _judge(script, topology, load, happened, instants, watch.failed)
        for fault in happened:
            if fault.failed:
                outcome.findings.breaks(f"not back after {fault.name}", [fault.note])
        if unready:
            outcome.findings.breaks("not ready again", [unready])
        return outcome


def _suffer(
    script: Script, topology: Topology, load: Load, dice: Random, say: Say
) -> list[Happened]:
    order = list(script.faults)
    dice.shuffle(order)
    scene = Scene(topology=topology, load=load, random=dice)
    happened = []
    time.sleep(script.layout.quiet_s or script.warm_s)
    for number, fault in enumerate(order, start=1):
        say(f"[{number}/{len(order)}] {fault.name}  ({len(load.asked)} queries asked)")
        started, restarts = time.time(), topology.restarts
        try:
            note, failed = fault.act(scene) or "", False
        except StackError as error:
            note, failed = str(error), True
        if note:
            say(note)
        happened.append(
            Happened(
                name=fault.name,
                started=started,
                ended=time.time(),
                note=note,
                failed=failed,
                restarts=topology.restarts - restarts,
            )
        )
        time.sleep(script.spacing_s)
    return happened


def _settle(topology: Topology, load: Load, patience_s: float) -> str | None:
    """Wait until all questions are answered, all changes and all poison ended, or patience ends.

    Returns what is not ready then, or None.
    """
    unready = None
    try:
        topology.wait_until_ready(topology.instances)
    except StackError as error:
        unready = str(error)
    _until(lambda: _answered(topology, load), patience_s)
    _until(lambda: _ended(topology, load), patience_s)
    _until(lambda: _buried(topology, load), patience_s)
    time.sleep(5)  # for duplicates that are still in flight
    return unready


def _until(done: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not done() and time.monotonic() < until:
        time.sleep(2)


def _answered(topology: Topology, load: Load) -> bool:
    if count_records(topology.bootstrap, ["answers"])["answers"] < len(load.asked):
        return False
    return load.asked.keys() <= {read.key for read in read_topic(topology.bootstrap, "answers")}


def _ended(topology: Topology, load: Load) -> bool:
    findings = Findings()
    statuses = read_topic(topology.bootstrap, "document-status")
    check_statuses(findings, load.library.published, statuses)
    return findings.unfinished_changes == 0


def _buried(topology: Topology, load: Load) -> bool:
    poison = {key for keys in load.poison.values() for key in keys}
    return poison <= {read.key for read in read_topic(topology.bootstrap, "dead-letters")}


def _judge(
    script: Script,
    topology: Topology,
    load: Load,
    happened: Sequence[Happened],
    instants: tuple[float, float, float],
    failed_probes: Sequence[FailedProbe],
) -> Outcome:
    started, faults_over, ended = instants
    answers = read_topic(topology.bootstrap, "answers")
    statuses = read_topic(topology.bootstrap, "document-status")
    findings = check(
        asked=load.asked,
        answers=answers,
        published=load.library.published,
        expected=load.library.expected,
        statuses=statuses,
        stored=read_store(topology),
        letters=read_topic(topology.bootstrap, "dead-letters"),
        poison=load.poison,
        streams=load.streams,
        attacks=load.attacks,
    )
    first = _first_answers(answers, load)
    answered_at = sorted(first.values())
    offered = script.layout.queries_per_s or script.queries_per_s
    watched = []
    if script.layout.watched:
        watched = [_watched(each, happened[0], load, first, failed_probes) for each in happened]
        _check_watched(findings, happened, watched)
    next_at = [each.started for each in happened[1:]] + [faults_over]
    recoveries = [
        recovery_s(answered_at, fault=each.started, until=until, offered=offered)
        for each, until in zip(happened, next_at, strict=True)
    ]
    return Outcome(
        seed=script.seed,
        layout=script.layout.name,
        started=started,
        ended=ended,
        offered=offered,
        findings=findings,
        faults=happened,
        recoveries=recoveries,
        watched=watched,
        answered_at=answered_at,
        indexed_at=sorted(read.at for read in statuses),
        restarts=topology.restarts,
    )


def _first_answers(answers: Sequence[Read], load: Load) -> dict[str, float]:
    first: dict[str, float] = {}
    for read in answers:
        if read.key in load.asked:
            first[read.key] = min(read.at, first.get(read.key, read.at))
    return first


def _watched(
    fault: Happened,
    first_fault: Happened,
    load: Load,
    answered: Mapping[str, float],
    failed: Sequence[FailedProbe],
) -> Watched:
    quiet = latencies(load.asked, answered, start=0.0, end=first_fault.started)
    under = latencies(load.asked, answered, start=fault.started, end=fault.ended)
    return Watched(
        quiet_s=percentile_95(quiet),
        under_s=percentile_95(under),
        probes=[each for each in failed if fault.started <= each.at < fault.ended],
    )


def _check_watched(
    findings: Findings, happened: Sequence[Happened], watched: Sequence[Watched]
) -> None:
    """No probe fails during an attack, and others wait less than three times as long."""
    for fault, seen in zip(happened, watched, strict=True):
        if seen.ratio is not None and seen.ratio >= MOST_RATIO:
            findings.breaks(
                f"others wait too long during {fault.name}",
                [f"95 % within {seen.under_s:.1f} s, {seen.quiet_s:.1f} s without it"],
            )
        if seen.probes:
            findings.breaks(
                f"liveness failed during {fault.name}",
                [f"{probe.instance}: {probe.why}" for probe in seen.probes],
            )
