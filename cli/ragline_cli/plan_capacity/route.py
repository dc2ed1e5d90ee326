"""A question's way through the pipeline, from the report of a load test."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ragline.contracts.topics import Service
from ragline.errors import Misconfigured
from ragline_cli.bench.report import BenchReport
from ragline_cli.bench.stats import QUERY_PATH, LevelFigures, Quantiles, StageFigures
from ragline_cli.plan_capacity.simulation import Leg, Route

KAFKA = "kafka"
REDIS = "redis"
STORE = "store"
# as the parts of a stack are called
_STORES = frozenset({"chroma", "postgres", "qdrant", "weaviate"})
# no services of ours: they work on several cores, and grow with what they store
SERVERS = frozenset({KAFKA, REDIS, STORE})
# from the median to the 95th percentile of a normal distribution, in standard deviations
_P95 = 1.645
# four topics between the stages, and the one of the answers
_TOPICS = len(QUERY_PATH) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredRoute:
    """What one question costs, without what the parts use while nothing is asked.

    Attributes:
        route: its steps; the stations are the stages, `kafka`, `redis`, `store`, and the other
            services.
        processor_ms: of each station, for a question.
        memory_mib: of each station, where it was measured.
        at_rest: share of one core that all parts together use while nothing is asked.
    """

    route: Route
    processor_ms: dict[str, float]
    memory_mib: dict[str, float]
    at_rest: float

    @classmethod
    def of(cls, report: BenchReport) -> MeasuredRoute:
        """Return the way of a question that is alone: the report's level of least load.

        What a stage works is its processor time and what it waits for meanwhile, as the store's
        answer; the latter is a delay here, less the store's own processor time.

        Raises:
            Misconfigured: the report has no processor times.
        """
        alone = least(report)
        if not alone.processor:
            raise Misconfigured(
                "the report has no processor times: measure a stack on this machine, with "
                "`ragline bench --stack real`"
            )
        spent = _by_station(
            {
                part: max(0.0, ms - report.at_rest.get(part, 0.0) / alone.per_second)
                for part, ms in alone.processor.items()
            }
        )
        way = _Way(alone, spent)
        return cls(
            route=Route(way.steps(), way.beside(), way.again(), way.often),
            processor_ms=spent,
            memory_mib=_by_station(report.memory_mib),
            at_rest=sum(report.at_rest.values()) / 1000,
        )


def least(report: BenchReport) -> LevelFigures:
    """Return the level with the fewest questions in flight."""
    return min(report.levels, key=lambda level: level.in_flight)


def _by_station(of_parts: Mapping[str, float]) -> dict[str, float]:
    """Return figures by station; other parts, as a chat model's server, take no part in a plan."""
    known = {*(each.value for each in Service), KAFKA, REDIS}
    found: defaultdict[str, float] = defaultdict(float)
    for part, figure in of_parts.items():
        if part in known or part in _STORES:
            found[STORE if part in _STORES else part] += figure
    return dict(found)


class _Way:
    """The steps of a question at one level."""

    def __init__(self, level: LevelFigures, spent: dict[str, float]) -> None:
        self._level = level
        self._spent = spent
        self._visits = {
            stage.stage: max(stage.messages / level.questions, 1.0) for stage in level.stages
        }
        self._kafka_ms = spent.get(KAFKA, 0.0) / (_TOPICS + self.often * len(self._repeated()))

    @property
    def often(self) -> float:
        """The share of the questions that are looked up again."""
        return max(self._visits.values()) - 1

    def steps(self) -> tuple[Leg, ...]:
        """Return what an answer waits for: each topic and each stage, and the answer's topic."""
        hops = sum(
            self._visits[stage.stage] * _median(stage.waiting) for stage in self._level.stages
        )
        last = max(0.0, _median(self._level.beyond_work) - hops)
        return (*self._through(self._level.stages), *self._topic(last))

    def again(self) -> tuple[Leg, ...]:
        """Return what those questions wait for besides."""
        return tuple(self._through(self._repeated()))

    def beside(self) -> tuple[Leg, ...]:
        """Return the processor time that no answer waits for."""
        waited_for: defaultdict[str | None, float] = defaultdict(float)
        for often, legs in ((1.0, self.steps()), (self.often, self.again())):
            for leg in legs:
                waited_for[leg.station] += often * leg.mean_ms
        return tuple(
            Leg(spent - waited_for[station], station)
            for station, spent in self._spent.items()
            if spent > waited_for[station]
        )

    def _repeated(self) -> tuple[StageFigures, ...]:
        return tuple(stage for stage in self._level.stages if self._visits[stage.stage] > 1)

    def _through(self, stages: Iterable[StageFigures]) -> Iterator[Leg]:
        for stage in stages:
            yield from self._topic(_median(stage.waiting))
            yield from self._work(stage)

    def _topic(self, waited: float) -> Iterator[Leg]:
        busy = min(self._kafka_ms, waited)
        yield Leg(busy, KAFKA)
        yield Leg(waited - busy)

    def _work(self, stage: StageFigures) -> Iterator[Leg]:
        worked, variation = _median(stage.work), _variation(stage.work)
        visits = self._visits[stage.stage]
        looks = stage.stage == Service.RETRIEVER
        store = min(self._spent.get(STORE, 0.0) / visits, worked) if looks else 0.0
        busy = min(self._spent.get(stage.stage, 0.0) / visits, worked - store)
        yield Leg(busy, stage.stage, variation)
        if store:
            yield Leg(store, STORE, variation)
        yield Leg(worked - store - busy)


def _median(times: Quantiles) -> float:
    return max(times.p50 or 0.0, 0.0)


def _variation(times: Quantiles) -> float:
    """Return the standard deviation as a share of the mean, of a lognormal distribution."""
    if not times.p50 or not times.p95 or times.p95 <= times.p50:
        return 0.0
    deviation = math.log(times.p95 / times.p50) / _P95
    return math.sqrt(math.expm1(deviation**2))
