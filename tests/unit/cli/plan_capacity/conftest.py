"""Reports of load tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ragline_cli.bench.report import BenchReport, Machine
from ragline_cli.bench.stats import QUERY_PATH, LevelFigures, Quantiles, StageFigures

# of a question, without what is used at rest
PROCESSOR = {
    "retriever": 15.0,
    "postgres": 10.0,
    "generator": 12.0,
    "kafka": 10.0,
    "reranker": 4.0,
    "classifier": 2.0,
    "monitor": 3.0,
    "redis": 1.0,
}
AT_REST = dict.fromkeys(PROCESSOR, 5.0)
WORK = {"classifier": 2.0, "retriever": 35.0, "reranker": 4.0, "generator": 12.0}
WAITING_MS = 5.0
RECORD_BYTES = {"queries": 300.0, "intents": 1e3, "candidates": 2e4, "ranked": 9e3, "answers": 4e3}
Reported = Callable[..., BenchReport]


def around(median: float, spread: float = 1.5) -> Quantiles:
    return Quantiles(p50=median, p95=median * spread, p99=median * spread**1.2)


def level(in_flight: int, per_second: float, end_to_end: float) -> LevelFigures:
    stages = tuple(
        StageFigures(
            stage=stage,
            messages=100,
            per_second=per_second,
            waiting=around(WAITING_MS),
            work=around(WORK[stage]),
        )
        for stage in QUERY_PATH
    )
    return LevelFigures(
        in_flight=in_flight,
        questions=100,
        elapsed_s=100 / per_second,
        per_second=per_second,
        statuses={"answered": 100},
        end_to_end=around(end_to_end),
        work=around(sum(WORK.values())),
        hops=around(WAITING_MS * len(QUERY_PATH)),
        beyond_work=around(WAITING_MS * (len(QUERY_PATH) + 1)),
        stages=stages,
        processor={part: ms + AT_REST[part] / per_second for part, ms in PROCESSOR.items()},
    )


@pytest.fixture
def reported() -> Reported:
    """Make a report of the levels of `conftest.level`, one question in flight unless told."""

    def made(*levels: LevelFigures) -> BenchReport:
        return BenchReport(
            measured_at=datetime(2026, 1, 5, tzinfo=UTC),
            machine=Machine(
                processor="two cores", cores=2, memory_gib=24, system="Linux", python="3", load=0
            ),
            stack="embedded",
            tenant="bench",
            levels=levels or (level(1, 10.0, 80.0),),
            at_rest=AT_REST,
            memory_mib=dict.fromkeys(PROCESSOR, 200.0),
            record_bytes=RECORD_BYTES,
        )

    return made
