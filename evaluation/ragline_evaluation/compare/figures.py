"""The figures of measured rounds: medians over rounds, and ratios within a round."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ragline_evaluation.compare.rounds import Round


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """Questions per second, as a multiple of the best peer's in the same round."""

    median: float
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadLevel:
    """One system at one load: the rate is the median over rounds, latencies are of all questions.

    `cpu_ms` is the processor time of a question, on all cores together.
    `to_best_peer` is of peers, too: the one that is always the best has 1.
    """

    in_flight: int
    rounds: int
    questions: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_ms: float
    to_best_peer: Ratio | None


def levels(rounds: Sequence[Round], *, peers: Iterable[str]) -> dict[str, list[LoadLevel]]:
    """Return each system's levels, by its name."""
    best = _best_peer(rounds, frozenset(peers))
    grouped: dict[str, dict[int, list[Round]]] = {}
    for each in rounds:
        grouped.setdefault(each.system, {}).setdefault(each.in_flight, []).append(each)
    return {
        system: [_level(in_flight, of, best) for in_flight, of in sorted(by_load.items())]
        for system, by_load in grouped.items()
    }


def _best_peer(rounds: Iterable[Round], peers: frozenset[str]) -> dict[tuple[int, int], float]:
    """Return the best peer's rate by round and load."""
    best: dict[tuple[int, int], float] = {}
    for each in rounds:
        if each.system in peers:
            key = (each.number, each.in_flight)
            best[key] = max(best.get(key, 0.0), each.per_second)
    return best


def _level(
    in_flight: int, rounds: Sequence[Round], best: Mapping[tuple[int, int], float]
) -> LoadLevel:
    spent = np.array([value for each in rounds for value in each.milliseconds])
    p50, p95, p99 = (float(np.percentile(spent, percent)) for percent in (50, 95, 99))
    return LoadLevel(
        in_flight=in_flight,
        rounds=len(rounds),
        questions=len(spent),
        per_second=float(np.median([each.per_second for each in rounds])),
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        cpu_ms=1_000 * sum(each.cpu_s for each in rounds) / len(spent),
        to_best_peer=_ratio(
            [
                each.per_second / best[each.number, each.in_flight]
                for each in rounds
                if (each.number, each.in_flight) in best
            ]
        ),
    )


def _ratio(ratios: Sequence[float]) -> Ratio | None:
    if not ratios:
        return None
    return Ratio(median=float(np.median(ratios)), least=min(ratios), most=max(ratios))
