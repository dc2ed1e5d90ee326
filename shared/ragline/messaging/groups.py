"""What a cluster knows of consumer groups."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    NotCoordinatorForGroupError,
)
from aiokafka.structs import OffsetAndMetadata

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


@dataclass(frozen=True, slots=True)
class GroupState:
    """What a group has committed, those partitions alone of which it has, and its members."""

    committed: Mapping[TopicPartition, int]
    members: int


async def group_states(
    admin: AIOKafkaAdminClient, groups: Collection[str]
) -> dict[str, GroupState]:
    """Return the states of groups, also of those that do not exist, three requests for each.

    Raises:
        KafkaError: the broker does not answer, refuses, or has no coordinator for a group.
    """
    return await _coordinated(lambda: _states(admin, groups))


async def committed_offsets(admin: AIOKafkaAdminClient, group: str, topic: str) -> dict[int, int]:
    """Return what a group has committed of a topic, by partition; those alone of which it has.

    Raises:
        KafkaError: the broker does not answer, refuses, or has no coordinator for the group.
    """
    found = _committed(await _coordinated(lambda: admin.list_consumer_group_offsets(group)))
    return {place.partition: offset for place, offset in found.items() if place.topic == topic}


async def count_members(admin: AIOKafkaAdminClient, group: str) -> int:
    """Return how many members a group has; 0 if there is no such group. Raises as above."""
    return _members(await _coordinated(lambda: admin.describe_consumer_groups([group])))


async def _states(admin: AIOKafkaAdminClient, groups: Collection[str]) -> dict[str, GroupState]:
    # each group's coordinator is asked for once: aiokafka would for each of the questions
    return dict(
        zip(groups, await asyncio.gather(*(_state(admin, each) for each in groups)), strict=True)
    )


async def _state(admin: AIOKafkaAdminClient, group: str) -> GroupState:
    node = await admin.find_coordinator(group)
    offsets, described = await asyncio.gather(
        admin.list_consumer_group_offsets(group, group_coordinator_id=node),
        # of one group: aiokafka cannot read a response about several
        admin.describe_consumer_groups([group], group_coordinator_id=node),
    )
    return GroupState(committed=_committed(offsets), members=_members(described))


def _committed(offsets: Mapping[TopicPartition, OffsetAndMetadata]) -> dict[TopicPartition, int]:
    return {place: at.offset for place, at in offsets.items() if at.offset >= 0}


def _members(described: Iterable[Any]) -> int:
    return sum(len(each[_MEMBERS]) for response in described for each in response.groups)


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
