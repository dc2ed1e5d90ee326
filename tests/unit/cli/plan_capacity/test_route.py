"""A question's way from a report: its steps are what was measured, whatever they are split into."""

from __future__ import annotations

import pytest

from ragline.errors import Misconfigured
from ragline_cli.plan_capacity.route import MeasuredRoute

from .conftest import PROCESSOR, Reported, level

AGAIN = ("retriever", "reranker")


def test_an_idle_pipelines_steps_add_up_to_what_was_measured(reported: Reported) -> None:
    found = MeasuredRoute.of(reported(level(1, 10.0, 80.0), level(8, 30.0, 300.0)))
    assert sum(step.mean_ms for step in found.route.steps) == pytest.approx(78.0)


def test_processor_time_is_counted_once_and_without_what_is_used_at_rest(
    reported: Reported,
) -> None:
    found = MeasuredRoute.of(reported())
    steps = (*found.route.steps, *found.route.beside)
    for part, ms in PROCESSOR.items():
        station = "store" if part == "postgres" else part
        assert found.processor_ms[station] == pytest.approx(ms)
        assert sum(each.mean_ms for each in steps if each.station == station) == pytest.approx(ms)
    assert found.at_rest == pytest.approx(0.04)


def test_other_parts_of_the_stack_are_not_taken_for_the_store(reported: Reported) -> None:
    alone = level(1, 10.0, 80.0)
    more = {"llm": 900.0, "ingestor@finer": 0.2}
    busier = alone.model_copy(update={"processor": {**alone.processor, **more}})
    assert MeasuredRoute.of(reported(busier)) == MeasuredRoute.of(reported(alone))


def test_what_is_looked_up_again_counts_as_often_as_it_was(reported: Reported) -> None:
    once = level(1, 10.0, 80.0)
    stages = tuple(
        each.model_copy(update={"messages": 125}) if each.stage in AGAIN else each
        for each in once.stages
    )
    found = MeasuredRoute.of(reported(once.model_copy(update={"stages": stages})))
    route = found.route
    assert route.often == pytest.approx(0.25)
    assert {leg.station for leg in route.again} == {*AGAIN, "kafka", "store", None}
    for station in (*AGAIN, "store", "kafka"):
        each, more, beside = (
            sum(leg.mean_ms for leg in legs if leg.station == station)
            for legs in (route.steps, route.again, route.beside)
        )
        assert each + 0.25 * more + beside == pytest.approx(found.processor_ms[station])


def test_the_store_works_while_the_retriever_waits(reported: Reported) -> None:
    steps = MeasuredRoute.of(reported()).route.steps
    at = [step.station for step in steps].index("retriever")
    assert [round(step.mean_ms, 6) for step in steps[at : at + 3]] == [15, 10, 10]
    assert [step.station for step in steps[at : at + 3]] == ["retriever", "store", None]


def test_a_report_without_processor_times_says_how_to_get_one(reported: Reported) -> None:
    bare = level(1, 10.0, 80.0).model_copy(update={"processor": {}})
    with pytest.raises(Misconfigured, match="ragline bench --stack"):
        MeasuredRoute.of(reported(bare))
