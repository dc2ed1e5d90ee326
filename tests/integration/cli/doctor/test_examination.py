"""Each thing that the checks look at is broken on real servers, and found."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from pydantic import SecretStr
from redis import Redis
from tests.patience import PATIENCE_S

from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.presences import RedisPresences, embedded_index
from ragline.adapters.stores.opening import open_store
from ragline.clock import utc_now
from ragline.contracts.topics import DOCUMENTS
from ragline.errors import Unavailable
from ragline.messaging.kafka_clients import open_admin, open_consumer, open_producer
from ragline.messaging.placement import partition_of
from ragline.ports.process_notes import Presence
from ragline.settings import KafkaSettings, RedisSettings, StoreKind, VectorStoreSettings
from ragline_cli.doctor.checks import (
    clocks,
    groups,
    permissions,
    placement,
    redis,
    services,
    store,
    topics,
)
from ragline_cli.doctor.diagnosis import Diagnosis, Severity
from ragline_cli.doctor.patient import Patient
from ragline_cli.kafka.client import COMMAND_LINE
from ragline_cli.kafka.extent import no_progress
from ragline_cli.kafka.topics import apply_topics
from ragline_cli.stack.kafka import KafkaServer
from ragline_cli.stack.operator_settings import OperatorSettings
from ragline_cli.stack.redis import RedisServer
from ragline_cli.stack.server import running

GROUP = "ragline.classifier.queries"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    with running(KafkaServer(tmp_path_factory.mktemp("kafka"))) as server:
        server.create_topics()
        yield server


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with running(RedisServer(tmp_path_factory.mktemp("redis"))) as server:
        yield server


@pytest.fixture
def patient(broker: KafkaServer, memory: RedisServer, postgres_url: str) -> Patient:
    settings = OperatorSettings(
        kafka=KafkaSettings(bootstrap_servers=broker.bootstrap_servers),
        redis=RedisSettings(url=SecretStr(memory.url)),
        vector_store=VectorStoreSettings(
            kind=StoreKind.PGVECTOR,
            url=SecretStr(postgres_url),
            collection=f"Doctor{uuid4().hex[:8]}",
        ),
    )
    return Patient(settings=settings, clock=utc_now, on_progress=no_progress)


def about(diagnoses: list[Diagnosis], subject: str) -> Diagnosis:
    return next(each for each in diagnoses if each.subject == subject)


async def test_topics_of_another_retention_or_away_are_found(patient: Patient) -> None:
    kafka = patient.settings.kafka
    assert await topics.check(patient) == []
    async with open_admin(kafka, COMMAND_LINE) as admin:
        wrong = DOCUMENTS.config | {"cleanup.policy": "delete"}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, "documents", wrong)])
        await admin.delete_topics(["feedback"])
    found: list[Diagnosis] = []
    async with asyncio.timeout(PATIENCE_S):
        while "feedback" not in {each.subject for each in found}:
            with suppress(Unavailable):  # it is listed for a moment, and has no settings any more
                found = await topics.check(patient)
            await asyncio.sleep(0.1)
    assert about(found, "feedback").severity is Severity.ERROR
    told = " ".join(each.meaning for each in found if each.subject == "documents")
    assert "cleanup.policy is delete, not compact" in told

    await apply_topics(kafka)
    async with asyncio.timeout(PATIENCE_S):
        while await topics.check(patient):
            await asyncio.sleep(0.1)


async def test_a_group_without_members_and_one_that_does_not_move_are_found(
    patient: Patient,
) -> None:
    kafka = patient.settings.kafka
    async with open_producer(kafka, COMMAND_LINE) as producer:
        await producer.send_and_wait("queries", b"{}", key=b"q")
    left = about(await groups.check(patient), GROUP)
    assert left.severity is Severity.ERROR
    assert "no member, and 1 records wait" in left.meaning
    async with open_consumer(kafka, COMMAND_LINE, topics=("queries",), group_id=GROUP) as consumer:
        await consumer.getone()
        stuck = about(await groups.check(patient), GROUP)
        assert stuck.severity is Severity.WARNING
        assert "no offset was committed" in stuck.meaning
        await consumer.commit()
        assert GROUP not in {each.subject for each in await groups.check(patient)}


async def test_a_key_in_two_partitions_is_found_with_its_publisher(patient: Patient) -> None:
    key = f"acme/{uuid4().hex}".encode()
    home = partition_of(key, 12)
    assert await placement.check(patient) == []
    async with open_producer(patient.settings.kafka, COMMAND_LINE) as producer:
        for partition in (home, (home + 1) % 12):
            await producer.send_and_wait(
                "documents",
                b"{}",
                key=key,
                partition=partition,
                headers=[("ce_source", b"/cms/intranet")],
            )
        (found,) = await placement.check(patient)
        assert found.severity is Severity.ERROR
        assert key.decode() in found.meaning
        assert "/cms/intranet (1)" in found.meaning
        for partition in (home, (home + 1) % 12):
            await producer.send_and_wait("documents", key=key, partition=partition)
    assert await placement.check(patient) == []


async def test_a_store_without_a_collection_and_one_that_is_away_are_found(
    patient: Patient,
) -> None:
    (missing,) = await store.check(patient)
    assert missing.severity is Severity.WARNING
    async with open_store(patient.settings.vector_store, fingerprint="model@1", dimensions=4):
        (told,) = await store.check(patient)
    assert told.severity is Severity.NOTICE
    assert "model@1" in told.meaning
    assert "0 documents, 0 chunks" in told.meaning
    away = patient.settings.vector_store.model_copy(
        update={"url": SecretStr("postgresql://nobody@127.0.0.1:1/none")}
    )
    broken = patient.settings.model_copy(update={"vector_store": away})
    with pytest.raises(Unavailable):
        await store.check(Patient(settings=broken, clock=utc_now, on_progress=no_progress))


async def test_a_redis_that_forgets_is_found(patient: Patient, memory: RedisServer) -> None:
    assert await redis.check(patient) == []
    with Redis.from_url(memory.url) as client:
        client.config_set("appendonly", "no")
        client.config_set("maxmemory", "1gb")
        client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            told = [each.meaning for each in await redis.check(patient)]
        finally:
            client.config_set("maxmemory-policy", "noeviction")
            client.config_set("maxmemory", "0")
            client.config_set("appendonly", "yes")
    assert any("append-only file" in each for each in told)
    assert any("allkeys-lru" in each for each in told)
    assert await redis.check(patient) == []


async def test_clocks_that_differ_from_the_one_here_are_found(patient: Patient) -> None:
    async with open_producer(patient.settings.kafka, COMMAND_LINE) as producer:
        await producer.send_and_wait("queries", b"{}", key=b"q")
    assert await clocks.check(patient) == []

    def slow() -> datetime:
        return utc_now() - timedelta(minutes=2)

    late = Patient(settings=patient.settings, clock=slow, on_progress=no_progress)
    found = await clocks.check(late)
    assert {each.subject for each in found} == {"redis", "postgresql", "kafka"}
    assert {each.severity for each in found} == {Severity.ERROR}


async def test_a_cluster_that_asks_nobody_who_they_are_is_noticed(patient: Patient) -> None:
    (found,) = await permissions.check(patient)
    assert (found.severity, found.subject) == (Severity.NOTICE, "kafka")


async def test_processes_of_two_releases_and_with_two_models_are_found(patient: Patient) -> None:
    assert await services.check(patient) == []
    async with open_redis(patient.settings.redis) as client:
        presences = RedisPresences(client)
        for service, version in (("retriever", "1.0"), ("retriever", "1.1"), ("ingestor", "1.1")):
            index = embedded_index("base", patient.settings.vector_store, f"{service}'s model")
            presence = Presence(
                service=service, instance=version, at=utc_now(), version=version, index=index
            )
            await presences.note(presence)
        found = await services.check(patient)
        await client.delete("ragline:presences")
    assert about(found, "retriever").severity is Severity.WARNING
    assert about(found, "index base").severity is Severity.ERROR


def test_the_command_names_everything_and_its_exit_code_is_the_worst(
    patient: Patient, broker: KafkaServer, memory: RedisServer, postgres_url: str
) -> None:
    settings = {
        "RAGLINE_KAFKA__BOOTSTRAP_SERVERS": broker.bootstrap_servers,
        "RAGLINE_REDIS__URL": memory.url,
        "RAGLINE_VECTOR_STORE__KIND": "pgvector",
        "RAGLINE_VECTOR_STORE__URL": postgres_url,
        "RAGLINE_VECTOR_STORE__COLLECTION": patient.settings.vector_store.collection,
    }
    told = subprocess.run(
        [sys.executable, "-m", "ragline_cli.main", "doctor", "--json"],
        env=os.environ | settings,
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
        cwd=Path(__file__).parent,
    )
    found = json.loads(told.stdout)
    assert told.returncode == (5 if any(f["severity"] == "error" for f in found) else 4)
    assert {"groups", "store"} <= {each["check"] for each in found}
    assert all(each["meaning"] for each in found)
    away = settings | {"RAGLINE_REDIS__URL": "redis://127.0.0.1:1/0"}
    told = subprocess.run(
        [sys.executable, "-m", "ragline_cli.main", "doctor", "--json"],
        env=os.environ | away,
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert told.returncode == 5
    unseen = [f for f in json.loads(told.stdout) if f["check"] == "redis"]
    assert "could not be looked at" in unseen[0]["meaning"]
