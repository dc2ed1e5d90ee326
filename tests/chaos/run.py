"""One chaos run: load, faults in random order, settling, checking."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.patience import PATIENCE_S

from ragline.contracts.topics import Service

from .checker import Findings, check, check_statuses
from .faults import Fault, Scene
from .load import Load
from .model import Library
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
    instances: int = 2
    work_s: float = 0.4
    patience_s: float = 2 * PATIENCE_S
    settings: Mapping[str, str] = field(default_factory=dict)
    modules: Mapping[Service, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """A fault that was injected; times in epoch seconds."""

    name: str
    started: float
    ended: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The outcome of a run."""

    seed: int
    started: float
    ended: float
    offered: float
    findings: Findings
    faults: Sequence[Happened]
    recoveries: Sequence[float | None]
    answered_at: Sequence[float]
    indexed_at: Sequence[float]
    restarts: int


def run(script: Script, folder: Path, *, say: Say) -> Outcome:
    """Run the script and check the outcome.

    Raises:
        StackError: a part of the system cannot be started at all.
    """
    dice = Random(script.seed)
    library = Library(random=Random(dice.random()), questions=Random(dice.random()))
    say(f"seed {script.seed}: starting {script.instances} instances of each service")
    with running_topology(
        folder,
        instances=script.instances,
        work_s=script.work_s,
        settings=script.settings,
        modules=script.modules,
    ) as topology:
        load = Load(
            bootstrap=topology.bootstrap,
            library=library,
            queries_per_s=script.queries_per_s,
            changes_per_s=script.changes_per_s,
        )
        load.prepare()
        say(
            f"{library.documents} documents published; load: {script.queries_per_s:g} queries/s "
            f"and {script.changes_per_s:g} changes/s"
        )
        started = time.time()
        load.start()
        happened = _suffer(script, topology, load, dice, say)
        faults_over = time.time()
        load.finish(queries=script.queries, changes=script.changes)
        ended = time.time()
        say("load published; waiting for the last answers and statuses")
        _settle(topology, load, script.patience_s)
        say("checking")
        return _judge(script, topology, load, happened, (started, faults_over, ended))


def _suffer(
    script: Script, topology: Topology, load: Load, dice: Random, say: Say
) -> list[Happened]:
    order = list(script.faults)
    dice.shuffle(order)
    scene = Scene(topology=topology, load=load, random=dice)
    happened = []
    time.sleep(script.warm_s)
    for number, fault in enumerate(order, start=1):
        say(f"[{number}/{len(order)}] {fault.name}  ({len(load.asked)} queries asked)")
        started = time.time()
        fault.act(scene)
        happened.append(Happened(name=fault.name, started=started, ended=time.time()))
        time.sleep(script.spacing_s)
    return happened


def _settle(topology: Topology, load: Load, patience_s: float) -> None:
    """Wait until all questions are answered, all changes and all poison ended, or patience ends."""
    topology.wait_until_ready(topology.instances)
    _until(lambda: _answered(topology, load), patience_s)
    _until(lambda: _ended(topology, load), patience_s)
    _until(lambda: _buried(topology, load), patience_s)
    time.sleep(5)  # for duplicates that are still in flight


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
    )
    answered_at = _first_answers(answers, load)
    offered = script.queries_per_s
    next_at = [each.started for each in happened[1:]] + [faults_over]
    recoveries = [
        recovery_s(answered_at, fault=each.started, until=until, offered=offered)
        for each, until in zip(happened, next_at, strict=True)
    ]
    return Outcome(
        seed=script.seed,
        started=started,
        ended=ended,
        offered=offered,
        findings=findings,
        faults=happened,
        recoveries=recoveries,
        answered_at=answered_at,
        indexed_at=sorted(read.at for read in statuses),
        restarts=topology.restarts,
    )


def _first_answers(answers: Sequence[Read], load: Load) -> list[float]:
    first: dict[str, float] = {}
    for read in answers:
        if read.key in load.asked:
            first[read.key] = min(read.at, first.get(read.key, read.at))
    return sorted(first.values())
