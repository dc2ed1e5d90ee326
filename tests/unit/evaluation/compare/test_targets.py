"""Targets beside the best peer."""

from __future__ import annotations

from ragline_evaluation.compare.figures import LoadLevel, Ratio
from ragline_evaluation.compare.targets import IN_PROCESS, OVER_KAFKA, targets


def level(in_flight: int, times: float, p50_ms: float = 10.0) -> LoadLevel:
    return LoadLevel(
        in_flight=in_flight,
        rounds=1,
        questions=1,
        per_second=1.0,
        p50_ms=p50_ms,
        p95_ms=p50_ms,
        p99_ms=p50_ms,
        cpu_ms=5.0,
        to_best_peer=Ratio(median=times, least=times, most=times),
    )


def test_in_process_has_to_be_twice_as_fast_at_every_load() -> None:
    found = targets({IN_PROCESS: [level(1, 2.0), level(8, 1.9), level(32, 3.0)]})
    assert [each.met for each in found] == [True, False, True]


def test_over_kafka_has_other_targets_at_each_load() -> None:
    found = targets({OVER_KAFKA: [level(1, 1.0, p50_ms=60.0), level(8, 0.1), level(32, 2.4)]})
    assert [(each.wanted, each.met) for each in found] == [(1.0, True), (60.0, False), (2.5, False)]


def test_what_was_not_measured_is_no_target() -> None:
    assert targets({}) == []
