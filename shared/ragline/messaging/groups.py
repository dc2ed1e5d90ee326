"""What a cluster knows of consumer groups."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    NotCoordinatorForGroupError,
)

Asked = TypeVar("Asked")

# The first question about any group makes a new cluster create the topic of offsets
_NOT_YET = (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    NotCoordinatorForGroupError,
)
_WITHIN_S = 30.0
_POLL_S = 0.2
_MEMBERS = 5  # index of the field in a DescribeGroups response, which aiokafka returns unparsed


async def committed_offsets(admin: AIOKafkaAdminClient, group: str, topic: str) -> dict[int, int]:
    """Return what a group has committed of a topic, by partition; those alone of which it has.

    Raises:
        KafkaError: the broker does not answer, refuses, or has no coordinator for the group.
    """
    found = await _coordinated(lambda: admin.list_consumer_group_offsets(group))
    return {
        place.partition: at.offset
        for place, at in found.items()
        if place.topic == topic and at.offset >= 0
    }


async def count_members(admin: AIOKafkaAdminClient, group: str) -> int:
    """Return how many members a group has; 0 if there is no such group. Raises as above."""
    for response in await _coordinated(lambda: admin.describe_consumer_groups([group])):
        for described in response.groups:
            return len(described[_MEMBERS])
    return 0


async def _coordinated(ask: Callable[[], Awaitable[Asked]]) -> Asked:
    clock = asyncio.get_running_loop().time
    until = clock() + _WITHIN_S
    while True:
        try:
            return await ask()
        except _NOT_YET:
            if clock() >= until:
                raise
            await asyncio.sleep(_POLL_S)
