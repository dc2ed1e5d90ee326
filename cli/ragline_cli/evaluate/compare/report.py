"""Puts together what one run has measured."""

from __future__ import annotations

import shlex
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from ragline.model_settings import EMBEDDING_MODEL
from ragline_cli.bench.report import Machine
from ragline_cli.evaluate.compare.comparison_plan import ComparisonPlan
from ragline_cli.evaluate.compare.measurement import Measured
from ragline_cli.stack.launcher import Launcher
from ragline_evaluation.compare.figures import levels
from ragline_evaluation.compare.passages import PassageFiles
from ragline_evaluation.compare.peers import PEERS
from ragline_evaluation.compare.report import ComparisonReport, SystemReport
from ragline_evaluation.compare.targets import IN_PROCESS, OVER_KAFKA
from ragline_evaluation.retrieval.scoring import MAIN, score


def report(
    comparison: ComparisonPlan, passages: PassageFiles, measured: Measured, launcher: Launcher
) -> ComparisonReport:
    """Return the report of what was measured."""
    dataset, machine = comparison.material.dataset, Machine.here()
    return ComparisonReport(
        dataset=dataset.name,
        origin=dataset.origin,
        documents=len(comparison.material.events),
        passages=passages.count,
        questions=len(dataset.questions),
        model=EMBEDDING_MODEL,
        store=launcher.plan.store.name,
        depth=comparison.peers.depth,
        workers=comparison.peers.workers,
        threads=comparison.peers.threads,
        machine=f"{machine.processor}, {machine.cores} cores, {machine.memory_gib} GiB, Python "
        f"{machine.python}, load {machine.load}",
        measured_at=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        # without where this machine keeps its files
        command=shlex.join(["ragline", *(Path(part).name for part in sys.argv[1:])]),
        systems=system_reports(comparison, measured),
    )


def system_reports(comparison: ComparisonPlan, measured: Measured) -> list[SystemReport]:
    """Return what is reported of each system, in the order in which they were asked first."""
    means = {peer.name: peer.means for peer in PEERS}
    means[IN_PROCESS] = "classifier and retriever of one process, with the default settings"
    means[OVER_KAFKA] = (
        "`ragline up`: the question is published, its answer (quoted from the passages, each claim "
        "checked and cited) is awaited; nDCG@10 is that of the documents cited"
    )
    own = {"ragline": version("ragline")}
    found = levels(measured.rounds, peers=[peer.name for peer in PEERS])
    judgements = comparison.material.dataset.judgements
    return [
        SystemReport(
            name=name,
            means=means[name],
            versions=measured.versions.get(name, own),
            levels=levels_of,
            footprint=measured.footprints[name],
            ndcg=float(score(measured.ranked[name], judgements)[MAIN].mean()),
            cosine=measured.cosines.get(name),
            statuses=dict(measured.statuses) if name == OVER_KAFKA else None,
        )
        for name, levels_of in found.items()
    ]
