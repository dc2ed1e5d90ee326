"""Figures of rounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline_evaluation.compare.figures import levels
from ragline_evaluation.compare.rounds import Round


def a_round(system: str, number: int, rate: float, in_flight: int = 1) -> Round:
    milliseconds = [float(place) for place in range(1, 101)]
    return Round(
        system=system,
        number=number,
        in_flight=in_flight,
        elapsed_s=len(milliseconds) / rate,
        cpu_s=0.5,
        milliseconds=milliseconds,
    )


def test_the_ratio_is_to_the_best_peer_of_the_same_round() -> None:
    rounds = [
        a_round("own", 0, 20.0),
        a_round("p", 0, 10.0),
        a_round("q", 0, 5.0),
        a_round("own", 1, 4.0),  # the machine is slow in this round, for all
        a_round("p", 1, 1.0),
        a_round("q", 1, 2.0),
    ]
    found = levels(rounds, peers=["p", "q"])
    own = found["own"][0].to_best_peer
    assert own is not None
    assert (own.median, own.least, own.most) == (2.0, 2.0, 2.0)
    peer = found["p"][0].to_best_peer
    assert peer is not None
    assert (peer.least, peer.most) == (0.5, 1.0)


def test_loads_are_apart_and_in_order() -> None:
    rounds = [a_round("own", 0, 8.0, in_flight=32), a_round("own", 0, 2.0, in_flight=1)]
    found = levels(rounds, peers=[])["own"]
    assert [(each.in_flight, round(each.per_second)) for each in found] == [(1, 2), (32, 8)]
    assert found[0].to_best_peer is None


def test_latencies_are_of_all_questions() -> None:
    (level,) = levels([a_round("own", 0, 1.0), a_round("own", 1, 1.0)], peers=[])["own"]
    assert (level.rounds, level.questions) == (2, 200)
    assert level.cpu_ms == pytest.approx(5.0)
    assert level.p50_ms == pytest.approx(50.5)
    assert level.p95_ms < level.p99_ms <= 100.0


@given(st.lists(st.floats(0.1, 1e3), min_size=1, max_size=9))
def test_some_peer_is_the_best_in_each_round(rates: list[float]) -> None:
    rounds = [a_round(f"p{place}", 0, rate) for place, rate in enumerate(rates)]
    found = levels(rounds, peers=[each.system for each in rounds])
    ratios = [level.to_best_peer.median for (level,) in found.values() if level.to_best_peer]
    assert max(ratios) == pytest.approx(1.0)
