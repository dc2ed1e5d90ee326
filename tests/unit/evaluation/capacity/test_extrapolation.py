"""Lines and powers go through their points, and on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline_evaluation.capacity.extrapolation import (
    expected,
    line,
    markdown,
    power,
    quantities,
)
from ragline_evaluation.capacity.measure import Times, Way
from ragline_evaluation.capacity.report import SizeFigures

sizes = st.integers(1, 10**7)
values = st.floats(0.01, 10**6)


@given(sizes, sizes, values, values)
def test_both_go_through_their_points(first: int, second: int, one: float, two: float) -> None:
    if first == second:
        return
    for grows in (line, power):
        assert grows((first, one), (second, two), second) == pytest.approx(two)
        assert grows((first, one), (second, two), first) == pytest.approx(one, rel=1e-3, abs=1e-3)


def test_a_line_adds_and_a_power_multiplies() -> None:
    assert line((10, 5.0), (20, 7.0), 40) == pytest.approx(11.0)
    assert power((10, 2.0), (100, 4.0), 1_000) == pytest.approx(8.0)


def test_each_quantity_is_extrapolated_from_the_two_largest_sizes() -> None:
    def size(chunks: int, value: float) -> SizeFigures:
        times = [
            Times(
                way=way,
                in_flight=8,
                searches=1,
                p50=1,
                p95=1,
                p99=1,
                per_second=1,
                server_cpu_ms=value,
                client_cpu_ms=value,
            )
            for way in Way
        ]
        return SizeFigures(
            chunks=chunks,
            chunks_per_second=None,
            recall=1.0,
            memory_mb=value,
            disk_mb=2 * value,
            times=times,
        )

    measured = [size(1, 100.0), size(10, 1.0), size(100, 10.0)]
    found = {each.name: expected(each, measured, 1_000) for each in quantities(measured)}
    assert found == pytest.approx(
        {
            "disk MB": 200.0,
            "memory MB": 100.0,
            "vector CPU ms": 200.0,
            "keyword CPU ms": 200.0,
            "hybrid CPU ms": 200.0,
        }
    )
    assert markdown(measured[:1]) == ""
    assert "| disk MB | 2,000,000 | 20.0 | -1978.0 (-9990%) |" in markdown(measured)
    assert "foretold" not in markdown(measured[:2])
