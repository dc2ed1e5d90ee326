"""Forecasts come from the least load alone."""

from __future__ import annotations

import pytest

from ragline_cli.plan_capacity.forecast import forecasts

from .conftest import PROCESSOR, Reported, level


def test_each_further_level_is_foretold_without_looking_at_it(reported: Reported) -> None:
    measured = reported(level(8, 30.0, 300.0), level(1, 10.0, 80.0), level(32, 34.0, 900.0))
    others = reported(level(8, 1.0, 1.0), level(1, 10.0, 80.0), level(32, 2.0, 2.0))
    found, again = forecasts(measured), forecasts(others)
    assert [each.in_flight for each in found] == [8, 32]
    assert [each.measured_per_second for each in found] == [30.0, 34.0]
    foretold = [(each.foretold_per_second, each.foretold_p95_ms) for each in found]
    assert foretold == [(each.foretold_per_second, each.foretold_p95_ms) for each in again]


def test_a_full_machine_answers_as_many_as_its_cores_can(reported: Reported) -> None:
    (found,) = forecasts(reported(level(1, 10.0, 80.0), level(32, 30.0, 1_000.0)))
    most = (2 - 0.04) * 1000 / sum(PROCESSOR.values())
    assert found.foretold_per_second == pytest.approx(most, rel=0.05)
    assert found.foretold_p50_ms == pytest.approx(1000 * 32 / most, rel=0.1)
