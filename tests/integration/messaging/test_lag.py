"""The lag of several groups on a real Kafka, asked for at once."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from tests.integration.messaging.conftest import Cluster
from tests.patience import PATIENCE_S

from ragline.contracts.topics import CANDIDATES, RANKED
from ragline.messaging.kafka_clients import ClientProfile, open_consumer
from ragline.messaging.lag import GroupTopic, LagReader, Look, open_lag_reader
from ragline.settings import KafkaSettings

PROFILE = ClientProfile(client_id="test")


async def test_a_group_with_a_member_and_one_that_never_read(cluster: Cluster) -> None:
    kafka = KafkaSettings(bootstrap_servers=cluster.bootstrap)
    reading = GroupTopic(group=uuid4().hex, topic=CANDIDATES.name)
    never, elsewhere = (
        GroupTopic(group=uuid4().hex, topic=topic.name) for topic in (CANDIDATES, RANKED)
    )
    cluster.publish(CANDIDATES.name, [(b"default/a", b"{}")] * 3)
    async with (
        open_lag_reader(kafka) as reader,
        open_consumer(kafka, PROFILE, topics=(reading.topic,), group_id=reading.group) as member,
    ):
        records = await member.getmany(timeout_ms=int(PATIENCE_S * 1000))
        ((place, _),) = records.items()
        await member.commit({place: 2})
        await _member_is_seen(reader, reading)
        found = await reader.look_at_each([reading, never, elsewhere])
        begins = await reader.begins(CANDIDATES.name)
        stored = await reader.stored(CANDIDATES.name)
        assert found[reading] == Look(lag=1, done=sum(begins.values()) + 2, members=1)
        assert found[never] == Look(lag=stored, done=sum(begins.values()), members=0)
        assert found[elsewhere].members == 0
        assert await reader.look_at(reading) == found[reading]
        assert (await reader.look([never, reading])).lag == stored + 1


async def _member_is_seen(reader: LagReader, wanted: GroupTopic) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await reader.members(wanted.group):
            await asyncio.sleep(0.05)
