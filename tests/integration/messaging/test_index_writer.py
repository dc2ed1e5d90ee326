"""Changes of the indexes on a real Kafka: one after the other, and seen by all who follow."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, TransactionalIdAuthorizationFailed
from tests.integration.messaging.conftest import Cluster
from tests.patience import PATIENCE_S

from ragline.contracts.indexes import Index, IndexesChanged
from ragline.contracts.topics import INDEXES
from ragline.errors import Misconfigured, Unavailable
from ragline.messaging import index_writer
from ragline.messaging.index_follower import open_follower, read_indexes
from ragline.messaging.index_writer import change_indexes
from ragline.messaging.kafka_clients import ClientProfile, open_producer
from ragline.settings import KafkaSettings

PROFILE = ClientProfile(client_id="test")


@pytest.fixture
def kafka(cluster: Cluster) -> KafkaSettings:
    return KafkaSettings(bootstrap_servers=cluster.bootstrap)


def adding(name: str) -> index_writer.Change:
    def change(before: IndexesChanged) -> IndexesChanged:
        return before.model_copy(update={"indexes": (*before.indexes, Index(name=name))})

    return change


def names(indexes: IndexesChanged) -> list[str]:
    return [each.name for each in indexes.indexes]


async def test_a_change_is_stored_once_and_told_to_who_follows(kafka: KafkaSettings) -> None:
    async with open_follower(kafka) as follower:
        before = follower.known
        written = await change_indexes(kafka, PROFILE, adding("one"), source="/test")
        async with asyncio.timeout(PATIENCE_S):
            told = await follower.after(before.revision)
    assert told == written.indexes == await read_indexes(kafka, PROFILE)
    assert (told.revision, written.appended_ms is not None) == (before.revision + 1, True)
    same = await change_indexes(kafka, PROFILE, lambda known: known, source="/test")
    assert (same.indexes, same.appended_ms) == (told, None)


async def test_of_changes_at_the_same_time_none_is_lost(kafka: KafkaSettings) -> None:
    wanted = [f"side-{number}" for number in range(4)]
    outcomes = await asyncio.gather(
        *(change_indexes(kafka, PROFILE, adding(name), source="/test") for name in wanted),
        return_exceptions=True,
    )
    of = dict(zip(wanted, outcomes, strict=True))
    known = names(await read_indexes(kafka, PROFILE))
    stored = [name for name in wanted if not isinstance(of[name], BaseException)]
    refused = [name for name in wanted if isinstance(of[name], Misconfigured)]
    assert stored
    assert set(stored) <= set(known)
    assert not set(refused) & set(known)
    for name in set(wanted) - set(stored):
        assert isinstance(of[name], Misconfigured | Unavailable), of[name]
        assert "ragline reindex status" in str(of[name])


async def test_a_change_of_whose_end_kafka_does_not_tell_says_so(
    kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def commit(_self: AIOKafkaProducer) -> None:
        raise KafkaError("Unexpected error during batch delivery")

    monkeypatch.setattr(AIOKafkaProducer, "commit_transaction", commit)
    with pytest.raises(Unavailable, match="whether the indexes are changed"):
        await change_indexes(kafka, PROFILE, adding("unknown"), source="/test")


async def test_a_right_that_is_missing_is_no_question_of_when(
    kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def commit(_self: AIOKafkaProducer) -> None:
        raise TransactionalIdAuthorizationFailed

    monkeypatch.setattr(AIOKafkaProducer, "commit_transaction", commit)
    with pytest.raises(Misconfigured):
        await change_indexes(kafka, PROFILE, adding("forbidden"), source="/test")


async def test_a_command_that_is_killed_leaves_nothing_and_holds_nobody_up(
    kafka: KafkaSettings,
) -> None:
    before = await read_indexes(kafka, PROFILE)
    half_done = before.model_copy(update={"revision": before.revision + 1, "live": "half-done"})
    async with open_producer(kafka, PROFILE, transactional_id=index_writer.WRITER) as producer:
        await producer.begin_transaction()
        await producer.send_and_wait(INDEXES.name, half_done.to_json(), key=b"indexes")
        # as if it were dead now: nobody ends its transaction
        written = await change_indexes(kafka, PROFILE, adding("after"), source="/test")
    assert "after" in names(written.indexes)
    assert written.indexes.live == before.live
    assert await read_indexes(kafka, PROFILE) == written.indexes
