"""The pipeline with the manifests' accounts, on a Kafka that refuses everything else."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest
from aiokafka.errors import GroupCoordinatorNotAvailableError
from confluent_kafka import Consumer, KafkaError, Producer
from pydantic import SecretStr
from redis import Redis
from tests.patience import PATIENCE_S
from tests.secured.redis_account import NAME, account_of

from ragline.clock import utc_now
from ragline.contracts.base import DEFAULT_TENANT
from ragline.contracts.topics import (
    ANSWERS,
    CANDIDATES,
    CONSUMERS,
    DEAD_LETTERS,
    DOCUMENT_STATUS,
    DOCUMENTS,
    INTENTS,
    QUERIES,
    TOPICS,
    Service,
    Topic,
    consumed_by,
    consumer_group,
)
from ragline.messaging.lag import GroupTopic, LagReader, Look, open_lag_reader
from ragline.settings import KafkaSettings
from ragline_cli.doctor.checks import permissions
from ragline_cli.doctor.diagnosis import Severity
from ragline_cli.doctor.patient import Patient
from ragline_cli.generated.manifests.kafka_users import kafka_users
from ragline_cli.kafka.extent import no_progress
from ragline_cli.stack.gateway import gateway_address
from ragline_cli.stack.operator_settings import OperatorSettings
from ragline_cli.stack.server import running
from ragline_cli.stack.services import ServiceProcess

from .conftest import PARTITIONS, Cluster
from .guarded_kafka import GuardedKafka
from .secured_kafka import PASSWORD

DOCUMENT = "# Kettle\n\nError E-07 means that the thermostat is overheated.\n"


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedKafka]:
    small = [replace(topic, partitions=min(PARTITIONS, topic.partitions)) for topic in TOPICS]
    with running(GuardedKafka(tmp_path_factory.mktemp("guarded-kafka"))) as server:
        server.create_topics(topics=small)
        server.admit(kafka_users())
        yield server


@pytest.fixture(scope="module")
def cluster(kafka: GuardedKafka) -> Cluster:
    """The same broker through its plaintext listener, where everything is allowed."""
    return Cluster(kafka)


def account(kafka: GuardedKafka, name: str) -> dict[str, str]:
    """Return how a third-party client comes in as `name`."""
    return {
        "bootstrap.servers": kafka.bootstrap("SASL_PLAINTEXT"),
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": f"ragline-{name}",
        "sasl.password": PASSWORD,
    }


@pytest.fixture(scope="module")
def services(
    kafka: GuardedKafka,
    postgres_url: str,
    redis_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """All services, ready, each with its own account."""
    folder = tmp_path_factory.mktemp("services")
    common = {
        "RAGLINE_KAFKA__BOOTSTRAP_SERVERS": kafka.bootstrap("SASL_PLAINTEXT"),
        "RAGLINE_KAFKA__SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "RAGLINE_KAFKA__SASL_MECHANISM": "SCRAM-SHA-512",
        "RAGLINE_KAFKA__SASL_PASSWORD": PASSWORD,
        "RAGLINE_REDIS__URL": account_of(redis_url),
        "RAGLINE_VECTOR_STORE__KIND": "pgvector",
        "RAGLINE_VECTOR_STORE__URL": postgres_url,
        "RAGLINE_VECTOR_STORE__COLLECTION": "Accounts",
        **gateway_address(None, tenant=DEFAULT_TENANT).environment(),
    }
    processes = [
        ServiceProcess(
            service,
            folder / service,
            addresses=common | {"RAGLINE_KAFKA__SASL_USERNAME": f"ragline-{service}"},
            log=folder / f"{service}.log",
        )
        for service in Service
    ]
    try:
        with ThreadPoolExecutor(len(processes)) as pool:
            list(pool.map(lambda process: process.start(), processes))
        yield
    finally:
        for process in processes:
            process.stop()


@pytest.mark.usefixtures("services")
def test_the_pipeline_works_and_nothing_that_it_tries_is_refused(
    kafka: GuardedKafka, cluster: Cluster, redis_url: str
) -> None:
    indexed, unusable, asked = str(uuid4()), str(uuid4()), str(uuid4())
    document = {"document_id": indexed, "version": 1, "content": DOCUMENT}
    question = {"query_id": asked, "text": "What does error E-07 mean?"}

    key = f"default/{indexed}".encode()
    cluster.publish(DOCUMENTS.name, [(key, json.dumps(document).encode())])
    cluster.publish(DOCUMENTS.name, [(f"default/{unusable}".encode(), b"no event")])
    wait_for(cluster, DOCUMENT_STATUS.name, lambda value: b"indexed" in value)
    wait_for(cluster, DEAD_LETTERS.name, lambda value: value == b"no event")
    cluster.publish(QUERIES.name, [(asked.encode(), json.dumps(question).encode())])
    answer = cluster.wait_for_answers({asked})[asked][0]

    assert answer["status"] == "answered", answer
    assert answer["citations"][0]["document_id"] == indexed
    assert kafka.refusals() == []
    with Redis.from_url(redis_url) as admin:
        assert [each for each in admin.acl_log() if each["username"] == NAME] == []


def wait_for(cluster: Cluster, topic: str, wanted: Callable[[bytes], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not any(wanted(record.value() or b"") for record in cluster.read(topic)):
        assert time.monotonic() < until, f"nothing on {topic}"
        time.sleep(0.2)


async def test_keda_sees_how_far_each_group_is_behind(kafka: GuardedKafka) -> None:
    settings = KafkaSettings(
        bootstrap_servers=kafka.bootstrap("SASL_PLAINTEXT"),
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_username="ragline-keda",
        sasl_password=SecretStr(PASSWORD),
    )
    async with asyncio.timeout(PATIENCE_S), open_lag_reader(settings) as reader:
        for service in CONSUMERS:
            for topic in consumed_by(service):
                group = consumer_group(service, topic)
                look = await _look(reader, GroupTopic(group=group, topic=topic.name))
                assert look.lag >= 0


async def _look(reader: LagReader, wanted: GroupTopic) -> Look:
    while True:
        try:
            return await reader.look_at(wanted)
        except GroupCoordinatorNotAvailableError:  # who asks first has the offsets' topic made
            await asyncio.sleep(0.2)


@pytest.mark.parametrize(
    ("name", "topic"),
    [("classifier", DOCUMENTS), ("retriever", QUERIES), ("keda", INTENTS), ("gateway", ANSWERS)],
    ids=lambda each: getattr(each, "name", each),
)
def test_an_account_writes_to_no_topic_of_others(
    kafka: GuardedKafka, name: str, topic: Topic
) -> None:
    refused: list[KafkaError | None] = []
    producer = Producer(account(kafka, name))

    producer.produce(topic.name, b"forged", on_delivery=lambda error, _: refused.append(error))
    producer.flush(PATIENCE_S)

    (error,) = refused
    assert error is not None
    assert error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED
    assert any(f"User:ragline-{name} is Denied" in line for line in kafka.refusals())


@pytest.mark.parametrize(
    ("name", "topic", "group"),
    [
        ("keda", QUERIES, consumer_group(Service.CLASSIFIER, QUERIES)),
        ("gateway", CANDIDATES, "mine"),
        ("classifier", QUERIES, consumer_group(Service.RETRIEVER, QUERIES)),
        ("ingestor", DOCUMENTS, "ragline.ingestor"),
    ],
    ids=["reads nothing", "is in no group", "in another's group", "beside its own"],
)
def test_an_account_reads_in_no_group_of_others(
    kafka: GuardedKafka, name: str, topic: Topic, group: str
) -> None:
    consumer = Consumer({**account(kafka, name), "group.id": group})
    consumer.subscribe([topic.name])
    try:
        (message,) = consumer.consume(1, PATIENCE_S)
    finally:
        consumer.close()

    error = message.error()
    assert error is not None
    assert error.code() in {
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
    }


async def test_a_right_that_was_taken_is_found_with_the_command_that_gives_it_back(
    kafka: GuardedKafka,
) -> None:
    """`ragline doctor` compares the accounts with the registry."""
    settings = OperatorSettings(kafka=KafkaSettings(bootstrap_servers=kafka.bootstrap_servers))
    patient = Patient(settings=settings, clock=utc_now, on_progress=no_progress)
    assert await permissions.check(patient) == []
    (taken,) = kafka.take("ragline-keda", QUERIES.name)
    async with asyncio.timeout(PATIENCE_S):
        while not (told := await permissions.check(patient)):
            await asyncio.sleep(0.1)
    (found,) = told
    assert (found.severity, found.subject) == (Severity.ERROR, "User:ragline-keda")
    assert found.remedy.endswith("--operation Describe --topic queries")
    kafka.give(taken)
    async with asyncio.timeout(PATIENCE_S):
        while await permissions.check(patient):
            await asyncio.sleep(0.1)
