"""Sizes stand the load that they are made for."""

from __future__ import annotations

import pytest

from ragline.errors import Misconfigured
from ragline_cli.bench.stats import QUERY_PATH
from ragline_cli.plan_capacity.route import MeasuredRoute
from ragline_cli.plan_capacity.sizes import sized

from .conftest import Reported


@pytest.fixture
def measured(reported: Reported) -> MeasuredRoute:
    return MeasuredRoute.of(reported())


@pytest.mark.parametrize("per_second", [1, 50, 400])
def test_nothing_is_too_busy_and_the_objective_is_kept(
    measured: MeasuredRoute, per_second: float
) -> None:
    found = sized(measured, per_second=per_second, p95_ms=200)
    assert found.outcome.percentile_ms(95) <= 200
    assert max(found.outcome.busy.values()) < 0.8  # 70 %, and what is by chance
    assert all(found.stations[stage].queues >= 2 for stage in QUERY_PATH)
    assert max(found.stations[stage].queues for stage in QUERY_PATH) <= found.partitions


def test_a_shorter_objective_needs_more(measured: MeasuredRoute) -> None:
    slow, fast = (sized(measured, per_second=150, p95_ms=ms) for ms in (2_000, 110))
    assert fast.stations["retriever"].queues > slow.stations["retriever"].queues


def test_a_language_model_needs_slots_not_cores(measured: MeasuredRoute) -> None:
    found = sized(measured, per_second=100, p95_ms=10_000, model_seconds=4.0)
    # 400 answers are being written, 32 by each replica, of which 70 % are used
    assert found.stations["generator"].queues == 18
    assert found.cores_each("generator") < 0.2
    assert min(found.outcome.times_ms) > 4_000


def test_what_an_idle_pipeline_cannot_do_is_said(measured: MeasuredRoute) -> None:
    with pytest.raises(Misconfigured, match="nothing else to do needs"):
        sized(measured, per_second=1, p95_ms=50)
