"""How a run's figures become a report."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ragline_cli.evaluate.compare.comparison_plan import ComparisonPlan
from ragline_cli.evaluate.compare.measurement import Measured
from ragline_cli.evaluate.compare.report import system_reports
from ragline_cli.evaluate.material import Material
from ragline_cli.stack.state import StackKind
from ragline_evaluation.compare.footprint import Footprint
from ragline_evaluation.compare.peers import PEERS, PeerSettings
from ragline_evaluation.compare.rounds import Round, RoundPlan
from ragline_evaluation.compare.targets import IN_PROCESS, OVER_KAFKA
from ragline_evaluation.dataset import Dataset, Question

NAMES = (IN_PROCESS, *(peer.name for peer in PEERS), OVER_KAFKA)


def a_round(name: str) -> Round:
    return Round(
        system=name, number=0, in_flight=1, elapsed_s=1.0, cpu_s=0.5, milliseconds=[10.0, 20.0]
    )


def test_each_system_is_reported_as_plain_data() -> None:
    dataset = Dataset(
        name="tiny",
        documents=[],
        questions=[Question(_id="q", text="what?")],
        judgements={"q": {"d": 1}},
        origin="labels",
    )
    comparison = ComparisonPlan(
        material=Material(dataset=dataset, events=[]),
        plan=RoundPlan(in_flight=(1,), rounds=1, questions=1),
        kind=StackKind.EMBEDDED,
        kafka=True,
        peers=PeerSettings(folder=Path(), workers=2, threads=1, depth=40),
        root=Path(),
    )
    measured = Measured(
        rounds=[a_round(name) for name in NAMES],
        ranked={name: {"q": ["d"] if name == IN_PROCESS else []} for name in NAMES},
        cosines={"Haystack": 1.0},
        footprints={n: Footprint(memory_mb={"p": 1.0}, start_s=1.0, install_mb=1.0) for n in NAMES},
        versions={},
        statuses=Counter({"answered": 2}),
    )
    found = {each.name: each for each in system_reports(comparison, measured)}
    assert set(found) == set(NAMES)
    assert found[IN_PROCESS].ndcg == 1.0
    assert found["LangChain"].ndcg == 0.0
    assert found["Haystack"].cosine == 1.0
    assert found[OVER_KAFKA].statuses == {"answered": 2}
    assert type(found[OVER_KAFKA].statuses) is dict  # `asdict` makes nonsense of a Counter
