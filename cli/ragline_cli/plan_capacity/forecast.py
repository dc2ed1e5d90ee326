"""The model checked: what it foretells for the loads of a report, beside what was measured there.

Only the report's level of least load is looked at for the forecast. On one machine all parts share
its cores, so there is one station with as many servers, which are slower by what the stack uses at
rest.
"""

from __future__ import annotations

from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from ragline.contracts.topics import QUERIES
from ragline_cli.bench.report import BenchReport
from ragline_cli.plan_capacity.route import MeasuredRoute, least
from ragline_cli.plan_capacity.simulation import Leg, Route, Simulation, Station

_CORES = "cores"
_QUESTIONS = 2_000


class LevelForecast(BaseModel):
    """One level of load: answers a second and times in ms, foretold and measured."""

    model_config = ConfigDict(frozen=True)

    in_flight: int
    foretold_per_second: float
    measured_per_second: float
    foretold_p50_ms: float
    measured_p50_ms: float
    foretold_p95_ms: float
    measured_p95_ms: float


def forecasts(report: BenchReport) -> tuple[LevelForecast, ...]:
    """Return a forecast for each level but the one that it is made from, least load first.

    Raises:
        Misconfigured: the report has no processor times.
    """
    measured = MeasuredRoute.of(report)
    cores = report.machine.cores
    slower = 1 / max(1 - measured.at_rest / cores, 0.1)

    def shared(steps: tuple[Leg, ...]) -> tuple[Leg, ...]:
        return tuple(
            step
            if step.station is None
            else replace(step, station=_CORES, mean_ms=step.mean_ms * slower)
            for step in steps
        )

    once, beside, again = (
        shared(legs) for legs in (measured.route.steps, measured.route.beside, measured.route.again)
    )
    route = Route(once, beside, again, measured.route.often)
    station = {_CORES: Station(servers=cores)}
    found = []
    for level in sorted(report.levels, key=lambda level: level.in_flight):
        if level.in_flight == least(report).in_flight:
            continue
        simulation = Simulation(station, route, partitions=QUERIES.partitions)
        outcome = simulation.closed_loop(level.in_flight, _QUESTIONS)
        found.append(
            LevelForecast(
                in_flight=level.in_flight,
                foretold_per_second=round(outcome.per_second, 1),
                measured_per_second=level.per_second,
                foretold_p50_ms=round(outcome.percentile_ms(50), 1),
                measured_p50_ms=level.end_to_end.p50 or 0.0,
                foretold_p95_ms=round(outcome.percentile_ms(95), 1),
                measured_p95_ms=level.end_to_end.p95 or 0.0,
            )
        )
    return tuple(found)
