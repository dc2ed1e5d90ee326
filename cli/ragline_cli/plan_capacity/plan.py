"""The plan: how much of everything a target needs."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from ragline_cli.bench.report import BenchReport
from ragline_cli.bench.stats import QUERY_PATH
from ragline_cli.plan_capacity.demand import Demand
from ragline_cli.plan_capacity.route import SERVERS, MeasuredRoute
from ragline_cli.plan_capacity.sizes import Sizes, sized
from ragline_cli.plan_capacity.storage import (
    STORES,
    claim_bytes,
    embedding_bytes,
    embedding_core_hours,
    topic_bytes,
)


class PartPlan(BaseModel):
    """One part: so many processes, and for each the cores to ask for and the memory it had.

    `busy` is the share of the time that the busiest of them works, on the cores that it may use.
    """

    model_config = ConfigDict(frozen=True)

    part: str
    replicas: int
    cores_each: float
    memory_mib_each: float | None
    busy: float


class CapacityPlan(BaseModel):
    """What a target needs, and what was foretold of it. Bytes are those of all copies."""

    model_config = ConfigDict(frozen=True)

    target: Demand
    measured_on: str
    parts: tuple[PartPlan, ...]
    partitions: int
    p50_ms: float
    p95_ms: float
    p95_alone_ms: float
    topic_bytes: dict[str, float]
    store_disk_bytes: float | None
    store_memory_bytes: float | None
    store_measured_at: int | None
    redis_claim_bytes: float
    redis_embedding_bytes: float
    embedding_core_hours: float
    tokens_in_a_month: float
    tokens_out_a_month: float

    @property
    def cores(self) -> float:
        """Cores of all parts together."""
        return sum(part.replicas * part.cores_each for part in self.parts)


def plan(target: Demand, report: BenchReport) -> CapacityPlan:
    """Return what `target` needs by the figures of `report`.

    Raises:
        Misconfigured: the report lacks figures, or no size reaches the objective.
    """
    measured = MeasuredRoute.of(report)
    sizes = sized(
        measured,
        per_second=target.per_second,
        p95_ms=target.p95_ms,
        model_seconds=target.model_seconds,
    )
    store = STORES.get(target.store)
    asked = target.questions_a_month if target.model_seconds else 0.0
    return CapacityPlan(
        target=target,
        measured_on=f"{report.machine.processor}, {report.stack}, {report.measured_at:%Y-%m-%d}",
        parts=tuple(_parts(sizes, measured)),
        partitions=sizes.partitions,
        p50_ms=round(sizes.outcome.percentile_ms(50), 1),
        p95_ms=round(sizes.outcome.percentile_ms(95), 1),
        p95_alone_ms=round(sizes.alone.percentile_ms(95), 1),
        topic_bytes=topic_bytes(target, report.record_bytes),
        store_disk_bytes=float(store.disk * target.chunks) if store else None,
        store_memory_bytes=float(store.memory * target.chunks) if store and store.memory else None,
        store_measured_at=store.at if store else None,
        redis_claim_bytes=claim_bytes(target, report.answer_bytes),
        redis_embedding_bytes=embedding_bytes(target),
        embedding_core_hours=embedding_core_hours(target),
        tokens_in_a_month=asked * target.tokens_in,
        tokens_out_a_month=asked * target.tokens_out,
    )


def _parts(sizes: Sizes, measured: MeasuredRoute) -> Iterator[PartPlan]:
    """Yield the stages in the order of a question's way, then all others."""
    others = sorted(set(sizes.stations) - set(QUERY_PATH))
    for name in (*QUERY_PATH, *others):
        if station := sizes.stations.get(name):
            yield PartPlan(
                part=name,
                replicas=station.queues,
                cores_each=sizes.cores_each(name),
                memory_mib_each=measured.memory_mib.get(name) if name not in SERVERS else None,
                busy=round(sizes.outcome.busy[name], 3),
            )
