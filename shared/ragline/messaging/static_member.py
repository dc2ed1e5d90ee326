"""Static members of a consumer group (KIP-345): a restarted process gets its partitions back.

Without it the broker notices a member that died after the session timeout, and moves its
partitions. With a name that outlives the process, the next one of that name takes its place as
soon as it starts, and no other member stops for a rebalance.
"""

from __future__ import annotations

from typing import Any

from aiokafka import AIOKafkaConsumer

from ragline.settings import KafkaSettings


def member_options(kafka: KafkaSettings, topic: str) -> dict[str, Any]:
    """Return the consumer's options that name this member of the topic's group; none if unnamed.

    The topic is part of the name: a process has one member for each, and they may share a group.
    """
    name = kafka.group_instance_id
    return {"group_instance_id": f"{name}.{topic}"} if name else {}


def leave_for_good(consumer: AIOKafkaConsumer | None) -> None:
    """Have a named member leave its group when it is stopped, as one without a name does.

    aiokafka keeps its place, for a restart. But a process that ends in order is not awaited: its
    pod was replaced or scaled down, and its partitions would lie still for the session timeout.
    """
    coordinator: Any = getattr(consumer, "_coordinator", None)
    if coordinator is not None:
        coordinator._group_instance_id = None
