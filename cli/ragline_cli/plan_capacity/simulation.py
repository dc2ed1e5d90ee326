"""A discrete-event simulation of questions that queue for processors on their way.

Each station is one or more queues, each served in the order of arrival by its own servers (M/G/k,
where the times between arrivals and of service may have any distribution). A question has a
partition, as in Kafka, and so one queue of each station: a group's members do not share a queue,
and who has more partitions has more to do. Formulas for M/G/k know neither this nor the 95th
percentile, hence the simulation. It is deterministic: the same arguments give the same outcome.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass

from simpy import Environment, Event, Resource

from ragline_cli.figures import percentile

_Process = Generator[Event, None, None]
# the first questions find all queues empty
_WARM_UP_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Station:
    """Where questions queue: so many queues, each with so many servers."""

    queues: int = 1
    servers: int = 1


@dataclass(frozen=True, slots=True)
class Leg:
    """One step of a question: `mean_ms` of service at a station, or a delay that nothing lengthens.

    `variation` is the standard deviation as a share of the mean; times are distributed
    lognormally, as service times with rare long ones are.
    """

    mean_ms: float
    station: str | None = None
    variation: float = 0.0


@dataclass(frozen=True, slots=True)
class Route:
    """The steps that an answer waits for, in order, and those that are beside it.

    `again` are steps that a share of the questions takes once more, `often` of them.
    """

    steps: tuple[Leg, ...]
    beside: tuple[Leg, ...] = ()
    again: tuple[Leg, ...] = ()
    often: float = 0.0


@dataclass(frozen=True, slots=True)
class Simulated:
    """What became of the questions.

    Attributes:
        times_ms: from a question's arrival to its answer.
        per_second: answers a second.
        busy: share of the time that the busiest queue of each station served, from 0 to 1.
        waited_ms: what a question and its further steps waited at each station, in the mean.
    """

    times_ms: tuple[float, ...]
    per_second: float
    busy: Mapping[str, float]
    waited_ms: Mapping[str, float]

    def percentile_ms(self, percent: int) -> float:
        """Return a percentile of the times."""
        return percentile(self.times_ms, percent) or 0.0


class Simulation:
    """Runs questions through stations; can be used once.

    Args:
        stations: by name; every station that a step names.
        route: of each question.
        partitions: over which questions spread evenly, and which a station's queues share.
        seed: of all randomness.
    """

    def __init__(
        self, stations: Mapping[str, Station], route: Route, *, partitions: int, seed: int = 0
    ) -> None:
        self._env = Environment()
        self._queues = {
            name: [Resource(self._env, each.servers) for _ in range(each.queues)]
            for name, each in stations.items()
        }
        self._route = route
        self._partitions = partitions
        self._random = random.Random(seed)  # noqa: S311 the same each time, for no secret
        self._answered: list[tuple[float, float]] = []
        self._worked: defaultdict[Resource, float] = defaultdict(float)
        self._waited = dict.fromkeys(stations, 0.0)

    def open_loop(self, per_second: float, questions: int) -> Simulated:
        """Return what became of questions that come at random, so many a second in the mean."""

        def arrivals() -> _Process:
            for _ in range(questions):
                yield self._env.timeout(self._random.expovariate(per_second / 1000))
                self._env.process(self._question())

        self._env.process(arrivals())
        return self._outcome()

    def closed_loop(self, in_flight: int, questions: int) -> Simulated:
        """Return what became of questions of which the next comes when one is answered."""
        left = iter(range(questions))

        def asker() -> _Process:
            for _ in left:  # shared: each takes the next one
                yield from self._question()

        for _ in range(in_flight):
            self._env.process(asker())
        return self._outcome()

    def _question(self) -> _Process:
        came, partition = self._env.now, self._random.randrange(self._partitions)
        for step in self._route.beside:
            self._env.process(self._step(step, partition))
        once_more = self._random.random() < self._route.often
        for step in (*self._route.steps, *(self._route.again if once_more else ())):
            yield from self._step(step, partition)
        self._answered.append((came, self._env.now))

    def _step(self, step: Leg, partition: int) -> _Process:
        took = self._time(step)
        if step.station is None:
            yield self._env.timeout(took)
            return
        queues = self._queues[step.station]
        queue = queues[partition % len(queues)]
        came = self._env.now
        with queue.request() as turn:
            yield turn
            self._waited[step.station] += self._env.now - came
            self._worked[queue] += took
            yield self._env.timeout(took)

    def _time(self, step: Leg) -> float:
        if not step.variation or not step.mean_ms:
            return step.mean_ms
        spread = math.log1p(step.variation**2)
        return self._random.lognormvariate(math.log(step.mean_ms) - spread / 2, math.sqrt(spread))

    def _outcome(self) -> Simulated:
        self._env.run()
        first = int(len(self._answered) * _WARM_UP_SHARE)
        counted = self._answered[first:]
        took_ms = counted[-1][1] - (self._answered[first - 1][1] if first else 0.0)
        return Simulated(
            times_ms=tuple(answered - came for came, answered in counted),
            per_second=1000 * len(counted) / took_ms if took_ms else math.inf,
            busy={name: max(self._shares(queues)) for name, queues in self._queues.items()},
            waited_ms={name: ms / len(self._answered) for name, ms in self._waited.items()},
        )

    def _shares(self, queues: list[Resource]) -> Iterator[float]:
        for queue in queues:
            yield self._worked[queue] / queue.capacity / (self._env.now or 1.0)
