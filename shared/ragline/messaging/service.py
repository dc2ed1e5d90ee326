"""The common way to run a stage: a spec that names topics, delivery and how to compose it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from ragline.contracts.topics import Service, Topic
from ragline.messaging.composition import Composition
from ragline.messaging.deliveries import DeliveryPolicy
from ragline.settings import ServiceSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """What a service is: which topics it reads and writes, its settings, how it is composed.

    `delivery` is one of `QueryDelivery`, `DocumentDelivery` and `Observation`.
    `compose` opens the adapters, passes them the metrics, and closes them again. When it raises
    `TransientError` (a dependency is down), the service reports that, waits and retries.
    With `follows_indexes` it also gets an `IndexFollower`, named `indexes`.
    `preload` imports and reads what each worker needs, before one is forked (`ragline.respawn`): no
    threads, no connections.
    """

    service: Service
    inbound: tuple[Topic, ...]
    outbound: tuple[Topic, ...]
    delivery: DeliveryPolicy
    settings: type[ServiceSettings]
    compose: Callable[..., AbstractAsyncContextManager[Composition]]
    follows_indexes: bool = False
    preload: Callable[[Any], None] = lambda _: None
