"""The probes' checks of a running service.

Liveness: records in flight make progress and offsets are committed. A ping alone is not enough,
because a dead consumer still answers pings. Readiness: group joined, broker polled, dependencies
reachable, no topic stopped. A stopped topic is no matter of liveness: it tries again by itself, and
a restart would only try sooner.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial

from faststream.kafka import KafkaBroker

from ragline.messaging.composition import Check, Composition
from ragline.messaging.consumption import Consumption
from ragline.messaging.flood import FloodGuard, Floods, TopicState
from ragline.messaging.ordered import OrderedCommitSubscriber
from ragline.messaging.outage import Outage
from ragline.observability.health import Health
from ragline.settings import ServiceSettings

_CHECK_TIMEOUT_S = 2.0
_POLL_STALE_S = 15.0


def watch(
    broker: KafkaBroker,
    composition: Composition,
    health: Health,
    floods: Floods,
    outage: Outage,
    settings: ServiceSettings,
) -> None:
    """Register the probes' checks of a composed service."""
    stall_s = settings.http.liveness_max_stall_s
    for subscriber in broker.subscribers:
        if isinstance(subscriber, OrderedCommitSubscriber):
            topic = subscriber.state.topic
            health.live[f"consumer {topic}"] = partial(_stalled, subscriber.state, stall_s)
            health.ready[f"consumer {topic}"] = partial(
                _not_joined, subscriber, floods.guard(topic)
            )
    health.ready["dead letters"] = partial(_flooded, floods)
    for name, check in composition.checks.items():
        health.ready[name] = partial(_unreachable, check)
    health.live.update(composition.live)
    health.degraded.update(composition.degraded)
    health.degraded["stopped topics"] = partial(_trying_again, floods)
    health.degraded["publishers"] = partial(_limited, floods)
    health.degraded["consumption"] = outage.problem


def _stalled(state: Consumption, limit_s: float) -> str | None:
    if state.broken is not None:
        return f"cannot store the outcome of {state.broken}"
    try:
        moved_at = max(state.moved_at, state.waiting.left_at)
        idle_s = asyncio.get_running_loop().time() - moved_at
    except RuntimeError:
        return None
    if state.working > 0 and idle_s > limit_s:
        return f"{state.working} records in flight and none finished for {idle_s:.0f} s"
    return None


async def _not_joined(subscriber: OrderedCommitSubscriber, guard: FloodGuard) -> str | None:
    if guard.state is TopicState.STOPPED:
        return None  # it has left on purpose
    if not subscriber.state.head_start.over:
        return None  # it works on the topic that comes first; `degraded` says so
    consumer = subscriber.consumer
    if consumer is None or not subscriber.state.joined:
        return "not in the consumer group"
    polls = [consumer.last_poll_timestamp(partition) for partition in consumer.assignment()]
    newest_ms = max((poll for poll in polls if poll), default=None)
    if newest_ms is not None and time.time() - newest_ms / 1000 > _POLL_STALE_S:
        return "Kafka has not answered a fetch lately"
    return None


async def _flooded(floods: Floods) -> str | None:
    if (stopped := floods.in_state(TopicState.STOPPED)) is None:
        return None
    return f"stopped: {stopped}; look at `dead-letters`; each tries again by itself after a pause"


def _trying_again(floods: Floods) -> str | None:
    if (half_open := floods.in_state(TopicState.HALF_OPEN)) is None:
        return None
    return f"one record is tried: {half_open}"


def _limited(floods: Floods) -> str | None:
    if not (limited := floods.lanes.limited):
        return None
    return f"{limited} send little but unusable records, which are worked on one at a time"


async def _unreachable(check: Check) -> str | None:
    try:
        async with asyncio.timeout(_CHECK_TIMEOUT_S):
            await check()
    except Exception as error:
        return str(error) or repr(error)
    return None
