"""The report says whether the goal is reached, and can be drawn."""

from __future__ import annotations

from pathlib import Path

from ragline_evaluation.capacity import plot
from ragline_evaluation.capacity.measure import Times, Way
from ragline_evaluation.capacity.report import CapacityReport, SizeFigures, markdown


def size(chunks: int, p95: float, recall: float) -> SizeFigures:
    return SizeFigures(
        chunks=chunks,
        chunks_per_second=None if chunks > 10_000 else 200.0,
        recall=recall,
        memory_mb=200.0,
        disk_mb=300.0,
        times=[
            Times(
                way=way,
                in_flight=level,
                searches=100,
                p50=p95 / 2,
                p95=p95,
                p99=p95 * 2,
                per_second=50.0,
                server_cpu_ms=4.0,
                client_cpu_ms=2.0,
            )
            for level in (1, 8)
            for way in Way
        ],
    )


REPORT = CapacityReport(
    store="pgvector",
    machine={"processor": "P", "cores": 2, "load": 0.1},
    measured_at="2026-01-01 00:00 UTC",
    questions=300,
    depth=20,
    passages=3_000,
    sizes=[size(10_000, 20.0, 0.99), size(100_000, 60.0, 0.94)],
)


def test_each_size_is_held_against_the_goal() -> None:
    text = markdown(REPORT)
    assert "10,000 chunks: hybrid p95 with 8 in flight 20 ms, within 50 ms" in text
    assert "recall 0.990 reaches 0.95" in text
    assert "60 ms, ABOVE 50 ms; recall 0.940 is BELOW 0.95" in text
    assert "| 10,000 | 200 | 0.990 |" in text
    assert "| 100,000 | - | 0.940 |" in text


def test_the_growth_is_drawn(tmp_path: Path) -> None:
    plot.draw([REPORT, REPORT], tmp_path / "growth.svg")
    assert "<svg" in (tmp_path / "growth.svg").read_text()
    assert REPORT.as_dict()["sizes"][0]["times"][0]["way"] == Way.VECTOR
