"""What is asked of a group waits until the cluster has a coordinator for it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError
from aiokafka.structs import OffsetAndMetadata

from ragline.messaging import groups
from ragline.messaging.groups import committed_offsets, count_members, group_states
from ragline.messaging.lag import GroupTopic, LagReader


class NewCluster(AIOKafkaAdminClient):  # type: ignore[misc]
    """Has made the topic of offsets when it is asked for the second time."""

    def __init__(self) -> None:
        self.asked = 0

    async def list_consumer_group_offsets(
        self, group_id: str, *_args: Any, **_options: Any
    ) -> dict[TopicPartition, OffsetAndMetadata]:
        self._ask()
        return {
            TopicPartition("documents", 0): OffsetAndMetadata(7, ""),
            TopicPartition("documents", 1): OffsetAndMetadata(-1, ""),
            TopicPartition("others", 0): OffsetAndMetadata(9, ""),
        }

    async def describe_consumer_groups(
        self, group_ids: list[str], *_args: Any, **_options: Any
    ) -> list[SimpleNamespace]:
        self._ask()
        members = ["one", "two"]
        return [
            SimpleNamespace(groups=[(0, group, "Stable", "", "", members) for group in group_ids])
        ]

    async def find_coordinator(self, group_id: str, *_args: Any, **_options: Any) -> int:
        self._ask()
        return len(group_id)

    def _ask(self) -> None:
        self.asked += 1
        if self.asked == 1:
            raise GroupCoordinatorNotAvailableError


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "_POLL_S", 0)


async def test_offsets_of_the_topic_are_found_by_partition() -> None:
    assert await committed_offsets(NewCluster(), "group", "documents") == {0: 7}


async def test_the_states_of_many_groups_take_few_requests() -> None:
    cluster = NewCluster()
    await committed_offsets(cluster, "one", "documents")
    before = cluster.asked
    states = await group_states(cluster, ["one", "two", "three"])
    assert {
        name: (dict(each.committed), each.members) for name, each in states.items()
    } == dict.fromkeys(
        ("one", "two", "three"),
        ({TopicPartition("documents", 0): 7, TopicPartition("others", 0): 9}, 2),
    )
    # each group's coordinator, offsets and members
    assert cluster.asked - before == 3 * 3


async def test_members_are_counted() -> None:
    assert await count_members(NewCluster(), "group") == 2


async def test_who_reads_the_lag_waits_too() -> None:
    def reader() -> LagReader:
        return LagReader(NewCluster(), AIOKafkaConsumer.__new__(AIOKafkaConsumer))

    found = await reader().committed(GroupTopic(group="group", topic="documents"))
    assert found == {TopicPartition("documents", 0): 7}
    assert await reader().members("group") == 2


async def test_a_cluster_that_gets_no_coordinator_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "_WITHIN_S", 0)

    with pytest.raises(GroupCoordinatorNotAvailableError):
        await count_members(NewCluster(), "group")
