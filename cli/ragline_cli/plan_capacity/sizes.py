"""How many replicas and cores a rate of questions needs, so that 95 % are answered in time."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ragline.contracts.topics import QUERIES, Service
from ragline.errors import Misconfigured
from ragline_cli.bench.stats import QUERY_PATH
from ragline_cli.plan_capacity.route import KAFKA, SERVERS, MeasuredRoute
from ragline_cli.plan_capacity.simulation import Leg, Route, Simulated, Simulation, Station

BROKERS = 3
# beyond, a little more load makes queues grow without end, and the loss of a pod does
_BUSY_AT_MOST = 0.7
# one may end while the other works; the monitor's work is awaited by nobody
_LEAST = {Service.MONITOR.value: 1}
_LEAST_OF_OTHERS = 2
_LEAST_CORES = 0.1
# what a service works on at once (`RAGLINE_DELIVERY__MAX_IN_FLIGHT`)
_IN_FLIGHT = 32
_PARTITIONS_STEP = 12
_QUESTIONS = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Stations that stand the load, and what was simulated with them.

    Attributes:
        stations: a stage's queues are its replicas, those of `kafka` its brokers; the servers of
            each are cores.
        cores: that the work of each station needs, all its queues together.
        partitions: of the topics of the query path.
        outcome: at the target's rate.
        alone: of one question at a time.
    """

    stations: Mapping[str, Station]
    cores: Mapping[str, float]
    partitions: int
    outcome: Simulated
    alone: Simulated

    def cores_each(self, name: str) -> float:
        """Return the cores to ask for, for each process of a station, in tenths of a core."""
        station = self.stations[name]
        if name in SERVERS:
            return float(station.servers)
        return min(1.0, math.ceil(10 * self.cores[name] / station.queues) / 10) or _LEAST_CORES


def sized(
    measured: MeasuredRoute, *, per_second: float, p95_ms: float, model_seconds: float = 0.0
) -> Sizes:
    """Return the smallest sizes that keep every processor below 70 % and 95 % of answers in time.

    A service works for one question at a time (Python's lock), so each replica is a queue with one
    core. First each station gets what the work alone needs; then, while the simulated p95 is too
    long, the stage whose questions wait longest gets another replica.

    Raises:
        Misconfigured: even an idle pipeline, or any number of replicas, takes longer than `p95_ms`.
    """
    route = _with_model(measured.route, model_seconds)
    cores = {
        name: per_second * spent / 1000 / _BUSY_AT_MOST
        for name, spent in measured.processor_ms.items()
    }
    slots = per_second * model_seconds / _IN_FLIGHT / _BUSY_AT_MOST
    stations = {name: _station(name, needed, slots) for name, needed in cores.items()}
    alone = _simulation(stations, route).closed_loop(1, _QUESTIONS)
    if alone.percentile_ms(95) > p95_ms:
        raise Misconfigured(
            f"95 % within {p95_ms:.0f} ms cannot be reached: a pipeline with nothing else to do "
            f"needs {alone.percentile_ms(95):.0f} ms"
        )
    while True:
        outcome = _simulation(stations, route).open_loop(per_second, _QUESTIONS)
        if outcome.percentile_ms(95) <= p95_ms:
            break
        stage = max(QUERY_PATH, key=lambda name: outcome.waited_ms.get(name, 0.0))
        if outcome.waited_ms.get(stage, 0.0) < 0.01 * p95_ms:
            raise Misconfigured(
                f"95 % within {p95_ms:.0f} ms cannot be reached at {per_second:g} a second: "
                f"further replicas do not shorten {outcome.percentile_ms(95):.0f} ms"
            )
        more = stations[stage].queues
        stations[stage] = Station(more + max(1, more // 10))
    return Sizes(
        stations=stations,
        cores=cores,
        partitions=_partitions(stations),
        outcome=outcome,
        alone=alone,
    )


def _station(name: str, cores: float, slots: float) -> Station:
    """Return a station that has so many cores, and for the generator so many slots, of replicas."""
    if name == KAFKA:
        # the load was measured without replication: each broker is taken to do all of the work
        return Station(BROKERS, max(1, math.ceil(cores)))
    if name in SERVERS:
        return Station(1, max(1, math.ceil(cores)))
    waiting = slots if name == Service.GENERATOR else 0.0
    least = max(_LEAST.get(name, _LEAST_OF_OTHERS), math.ceil(waiting))
    return Station(next(count for count in itertools.count(least) if cores * _most(count) <= 1))


def _most(replicas: int) -> float:
    """Return the share of the partitions that the replica with the most of them has."""
    partitions = _enough_partitions(replicas)
    return math.ceil(partitions / replicas) / partitions


def _with_model(route: Route, model_seconds: float) -> Route:
    if not model_seconds:
        return route
    return replace(route, steps=(*route.steps, Leg(1000 * model_seconds)))


def _partitions(stations: Mapping[str, Station]) -> int:
    return _enough_partitions(
        max(stations[stage].queues for stage in QUERY_PATH if stage in stations)
    )


def _enough_partitions(replicas: int) -> int:
    return max(QUERIES.partitions, _PARTITIONS_STEP * math.ceil(replicas / _PARTITIONS_STEP))


def _simulation(stations: Mapping[str, Station], route: Route) -> Simulation:
    return Simulation(stations, route, partitions=_partitions(stations))
