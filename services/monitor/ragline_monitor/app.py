"""Composition root: builds adapters, the stage and its background tasks from settings."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.optional import optional_redis
from ragline.adapters.redis.presences import present
from ragline.adapters.redis.views import RedisViews
from ragline.background import repeating
from ragline.clock import utc_now
from ragline.contracts.topics import (
    ANSWERS,
    DEAD_LETTERS,
    DOCUMENT_STATUS,
    FEEDBACK,
    Service,
)
from ragline.messaging.composition import Composition
from ragline.messaging.deliveries import Observation
from ragline.messaging.index_follower import IndexFollower
from ragline.messaging.lag import looking
from ragline.messaging.record import CURRENT
from ragline.messaging.service import ServiceSpec
from ragline.observability.metrics import Metrics
from ragline_monitor.drift_watch import DriftWatch
from ragline_monitor.late_statuses import LateStatuses
from ragline_monitor.pipeline_look import PipelineLook
from ragline_monitor.ports import RecordId
from ragline_monitor.redis_memory import RedisMemory
from ragline_monitor.redis_watch import CACHES, LEDGER, RedisWatch
from ragline_monitor.settings import MonitorGroup, Settings
from ragline_monitor.stage import MonitorStage

_DAY_S = 86_400
# a view expires after a few missed looks, but not within a minute
_LOOKS = 5
_LEAST_TTL_S = 60


@asynccontextmanager
async def compose(
    settings: Settings, metrics: Metrics, indexes: IndexFollower | None = None
) -> AsyncIterator[Composition]:
    """Build the stage; run the pipeline look and the drift watch in the background.

    There is no readiness check: without Redis everything is still counted, but redelivered events
    are counted again; readiness reports Redis as degraded.

    Raises:
        Misconfigured: the Redis URL is not valid.
    """
    own, followed = settings.monitor, indexes or IndexFollower()
    async with open_redis(settings.redis) as redis, open_redis(settings.redis.caches) as caches:
        views = RedisViews(redis, pipeline_ttl_s=max(_LEAST_TTL_S, int(_LOOKS * own.look_every_s)))
        memory = RedisMemory(
            optional_redis(redis, "monitor_memory", metrics),
            ttl_s=own.remembered_days * _DAY_S,
        )
        statuses = LateStatuses(views, on_failure=lambda: metrics.without("views"))
        look = PipelineLook(
            views=views,
            on_failure=lambda: metrics.without("views"),
            indexes=lambda: followed.known,
            gauges=metrics,
            now=utc_now,
            clock=time.monotonic,
        )
        stage = MonitorStage(
            meter=metrics,
            memory=memory,
            statuses=statuses,
            record=_record_id,
            freshness_objective_s=own.freshness_objective_s,
        )
        apart = settings.redis.caches is not settings.redis
        watch = RedisWatch(
            {LEDGER: redis, CACHES: caches} if apart else {LEDGER: redis}, gauges=metrics
        )
        async with (
            present(redis, Service.MONITOR),
            looking(settings.kafka, look, every_s=own.look_every_s, idle=lambda: look.idle),
            repeating(watch.look, every_s=own.look_every_s),
            repeating(statuses.catch_up, every_s=own.look_every_s),
            repeating(_drift(own, memory, metrics).look, every_s=own.drift_every_s),
        ):
            yield Composition(
                stage=stage,
                degraded={
                    "redis": lambda: _trouble(memory, statuses),
                    "redis_memory": watch.trouble,
                },
            )


def _record_id() -> RecordId:
    record = CURRENT.get().record
    return RecordId(record.topic, record.partition, record.offset, record.timestamp)


def _drift(own: MonitorGroup, memory: RedisMemory, metrics: Metrics) -> DriftWatch:
    return DriftWatch(
        history=memory,
        gauges=metrics,
        clock=utc_now,
        limits=own.signal_limits(),
        window_hours=own.drift_window_hours,
        reference_days=own.drift_reference_days,
    )


def _trouble(memory: RedisMemory, statuses: LateStatuses) -> str | None:
    if memory.away:
        return "Redis does not answer: redelivered events are counted again"
    if waiting := len(statuses):
        return f"the status of {waiting} documents waits for Redis"
    return None


SPEC = ServiceSpec(
    service=Service.MONITOR,
    inbound=(ANSWERS, FEEDBACK, DOCUMENT_STATUS, DEAD_LETTERS),
    outbound=(),
    delivery=Observation(),
    settings=Settings,
    compose=compose,
    follows_indexes=True,
)
