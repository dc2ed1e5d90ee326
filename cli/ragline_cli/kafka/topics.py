"""Brings a cluster's topics up to the registry: read, plan, apply; never shrink or delete."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from ragline.contracts.topics import TOPICS, Topic
from ragline.errors import Unavailable
from ragline.messaging.kafka_clients import open_admin
from ragline.settings import KafkaSettings
from ragline_cli.kafka.client import COMMAND_LINE, kafka_settings
from ragline_cli.kafka.topic_plan import ExistingTopic, TopicPlan, make_plan

_DYNAMIC_TOPIC_CONFIG = 1  # KIP-226: `config_source` of a setting made on the topic itself
_DEFAULT_REPLICATION = 3
_SETTLE_S = 30.0
_POLL_S = 0.1


async def apply_topics(
    bootstrap_servers: KafkaSettings | str,
    *,
    replication: int | None = 1,
    dry_run: bool = False,
    topics: Iterable[Topic] = TOPICS,
) -> TopicPlan:
    """Create missing topics, grow small ones, set differing settings; return the plan.

    `replication` applies to new topics; None means 3, or fewer if there are fewer brokers. Returns
    when every partition has a leader, so that clients can start at once. It is idempotent, and may
    run several times at once.

    Raises:
        Unavailable: no broker answers, or partitions get no leader.
        Misconfigured: the broker refuses (authorisation, more replicas than brokers).
    """
    async with open_admin(kafka_settings(bootstrap_servers), COMMAND_LINE) as admin:
        plan = await _read_plan(admin, tuple(topics), replication)
        if not dry_run:
            await _execute(admin, plan)
        return plan


async def _read_plan(
    admin: AIOKafkaAdminClient, topics: tuple[Topic, ...], replication: int | None
) -> TopicPlan:
    if replication is None:
        brokers = (await admin.describe_cluster())["brokers"]
        replication = min(_DEFAULT_REPLICATION, len(brokers))
    existing = await read_topics(admin, {topic.name for topic in topics})
    return make_plan(topics, existing, replication=replication)


async def read_topics(admin: AIOKafkaAdminClient, names: set[str]) -> dict[str, ExistingTopic]:
    """Return those of `names` that exist, with partitions, replicas and settings."""
    # List all topics: a request by name creates missing ones on clusters with auto-creation
    found = [t for t in await admin.describe_topics() if t["topic"] in names]
    settings = await _read_settings(admin, [t["topic"] for t in found])
    return {
        t["topic"]: ExistingTopic(
            partitions=len(t["partitions"]),
            replication=min((len(p["replicas"]) for p in t["partitions"]), default=0),
            config={name: value for name, value, _ in settings[t["topic"]]},
            overrides={
                name: value
                for name, value, source in settings[t["topic"]]
                if source == _DYNAMIC_TOPIC_CONFIG
            },
        )
        for t in found
    }


async def _read_settings(
    admin: AIOKafkaAdminClient, names: list[str]
) -> dict[str, list[tuple[str, str, int]]]:
    if not names:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found: dict[str, list[tuple[str, str, int]]] = {}
    for response in await admin.describe_configs(resources):
        for code, message, _, name, entries in response.resources:
            _raise_for(code, name, message)
            found[name] = [(entry[0], entry[1], entry[3]) for entry in entries]
    return found


async def _execute(admin: AIOKafkaAdminClient, plan: TopicPlan) -> None:
    await _create(admin, plan)
    grown = {c.topic: NewPartitions(c.partitions) for c in plan.changes if c.grows}
    if grown:
        await admin.create_partitions(grown)
    await _configure(admin, plan)
    await _settled(admin, {c.topic: c.partitions for c in plan.changes})


async def _create(admin: AIOKafkaAdminClient, plan: TopicPlan) -> None:
    new = [
        NewTopic(
            change.topic,
            change.partitions,
            plan.replication,
            topic_configs=change.config,
        )
        for change in plan.changes
        if change.action == "create"
    ]
    if not new:
        return
    response = await admin.create_topics(new)
    for name, code, *message in response.topic_errors:
        if code != TopicAlreadyExistsError.errno:  # someone else applied at the same time
            _raise_for(code, name, message[0] if message else None)


async def _configure(admin: AIOKafkaAdminClient, plan: TopicPlan) -> None:
    changed = {c.topic: c for c in plan.changes if c.settings and c.action != "create"}
    if not changed:
        return
    # AlterConfigs replaces all settings of a topic: keep those that an operator made
    existing = await read_topics(admin, set(changed))
    resources = [
        ConfigResource(
            ConfigResourceType.TOPIC,
            name,
            {**existing[name].overrides, **change.config},
        )
        for name, change in changed.items()
    ]
    for response in await admin.alter_configs(resources):
        for code, message, _, name in response.resources:
            _raise_for(code, name, message)


async def _settled(admin: AIOKafkaAdminClient, partitions: dict[str, int]) -> None:
    try:
        async with asyncio.timeout(_SETTLE_S):
            while True:
                if _all_led(await admin.describe_topics(), partitions):
                    return
                await asyncio.sleep(_POLL_S)
    except TimeoutError as error:
        raise Unavailable(
            f"topics were applied, but some partitions have no leader after {_SETTLE_S:.0f} s; "
            "look at the brokers' logs"
        ) from error


def _all_led(found: list[dict[str, Any]], partitions: dict[str, int]) -> bool:
    led = {t["topic"]: sum(p["leader"] >= 0 for p in t["partitions"]) for t in found}
    return all(led.get(name, 0) >= count for name, count in partitions.items())


def _raise_for(code: int, name: str, message: str | None) -> None:
    if code:
        raise for_code(code)(f"{name}: {message or 'no reason given'}")
