"""The report of a comparison."""

from __future__ import annotations

from pathlib import Path

from ragline_evaluation.compare.figures import LoadLevel, Ratio
from ragline_evaluation.compare.footprint import Footprint
from ragline_evaluation.compare.plot import draw
from ragline_evaluation.compare.report import ComparisonReport, SystemReport, markdown
from ragline_evaluation.compare.targets import IN_PROCESS, OVER_KAFKA


def level(in_flight: int, rate: float) -> LoadLevel:
    return LoadLevel(
        in_flight=in_flight,
        rounds=5,
        questions=100,
        per_second=rate,
        p50_ms=20.0,
        p95_ms=30.0,
        p99_ms=40.0,
        cpu_ms=12.5,
        to_best_peer=Ratio(median=rate / 10, least=0.5, most=3.0),
    )


def system(name: str, rate: float, *, memory: dict[str, float]) -> SystemReport:
    return SystemReport(
        name=name,
        means=f"the way of {name}",
        versions={"package": "1.2"},
        levels=[level(1, rate), level(32, 2 * rate)],
        footprint=Footprint(memory_mb=memory, start_s=1.5, install_mb=300.0),
        ndcg=0.8123,
        statuses={"answered": 100} if name == OVER_KAFKA else None,
    )


REPORT = ComparisonReport(
    dataset="docs",
    origin="labels",
    documents=10,
    passages=1_000,
    questions=100,
    model="a-model",
    store="postgres",
    depth=40,
    workers=2,
    threads=1,
    machine="a machine",
    measured_at="2026-01-01 10:00 UTC",
    command="ragline eval compare",
    systems=[
        system(IN_PROCESS, 25.0, memory={"python": 300.0, "postgres": 100.0}),
        system(OVER_KAFKA, 8.0, memory={"kafka": 300.0}),
        system("Peer", 10.0, memory={"Peer": 250.0}),
    ],
)


def test_the_page_has_every_system_with_rates_footprint_and_set_up() -> None:
    page = markdown(REPORT)
    figures = "| 1 | 25.0 | 20/30/40 | 12.5 | 2.50 (0.50 to 3.00) | 0.812 |"
    assert f"| Ragline, retrieval in process {figures}" in page
    assert "| Peer | 250 | 1.5 | 300 |" in page
    assert "python 300, postgres 100" in page
    assert "- **Peer**: the way of Peer (package 1.2)." in page
    assert "Of its answers were 100 answered." in page


def test_the_page_says_which_targets_are_met() -> None:
    page = markdown(REPORT)
    assert "| retrieval in process, 1 in flight | at least 2.00 | 2.50 | yes |" in page
    assert "| end to end over Kafka, 1 in flight | at least 1.00 | 0.80 | no |" in page
    assert "| one question alone end to end, p50 | under 60 ms | 20 ms | yes |" in page


def test_programs_read_the_same_figures() -> None:
    plain = REPORT.as_dict()
    assert plain["systems"][0]["levels"][1]["per_second"] == 50.0
    assert plain["targets"][0]["met"] is True


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    draw(REPORT, tmp_path / "report.svg")
    assert (tmp_path / "report.svg").read_text(encoding="utf-8").rstrip().endswith("</svg>")
