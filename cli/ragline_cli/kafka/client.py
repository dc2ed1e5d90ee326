"""The command line's Kafka connections: options, clients and translated failures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError
from aiokafka.helpers import create_ssl_context

from ragline.errors import Misconfigured, RaglineError, Unavailable
from ragline.messaging.kafka_errors import translate
from ragline.settings import KafkaSettings

_REQUEST_TIMEOUT_MS = 15_000
_START_HINT = "start one with `ragline up`, or name a running one with --bootstrap"


def kafka_settings(kafka: KafkaSettings | str) -> KafkaSettings:
    """Return `kafka`, or settings for the bootstrap servers that it names."""
    if isinstance(kafka, KafkaSettings):
        return kafka
    return KafkaSettings(bootstrap_servers=kafka)


@asynccontextmanager
async def open_admin(kafka: KafkaSettings) -> AsyncIterator[AIOKafkaAdminClient]:
    """Open an admin client.

    Raises:
        Unavailable: no broker answers.
        Misconfigured: the broker refuses the credentials or the request.
    """
    with translated(kafka):
        admin = AIOKafkaAdminClient(**client_options(kafka))
        try:
            await admin.start()
            yield admin
        finally:
            await admin.close()


@asynccontextmanager
async def open_producer(
    kafka: KafkaSettings, *, idempotent: bool = True
) -> AsyncIterator[AIOKafkaProducer]:
    """Open a producer that waits for all replicas. Raises as `open_admin`.

    An idempotent producer stores no duplicates, but is unusable once the broker refuses a record.
    """
    with translated(kafka):
        producer = AIOKafkaProducer(
            **client_options(kafka),
            acks="all",
            enable_idempotence=idempotent,
            max_request_size=kafka.max_request_size,
            compression_type="zstd",
        )
        try:
            await producer.start()
            yield producer
        finally:
            await producer.stop()


@asynccontextmanager
async def open_tail(kafka: KafkaSettings, topic: str) -> AsyncIterator[AIOKafkaConsumer]:
    """Open a consumer, in no group, at the end of every partition of `topic`.

    The positions are fixed before this returns, so nothing published later is missed.
    Raises as `open_admin`, and `Misconfigured` when the topic does not exist.
    """
    with translated(kafka):
        await require_topics(kafka, {topic})
        consumer = AIOKafkaConsumer(
            topic,
            **client_options(kafka),
            enable_auto_commit=False,
            auto_offset_reset="earliest",  # for partitions that are added while we read
            fetch_max_wait_ms=kafka.fetch_max_wait_ms,
        )
        try:
            await consumer.start()
            for partition, offset in (await consumer.end_offsets(consumer.assignment())).items():
                consumer.seek(partition, offset)
            yield consumer
        finally:
            await consumer.stop()


async def require_topics(kafka: KafkaSettings, topics: Iterable[str]) -> None:
    """Make sure that `topics` exist.

    Raises:
        Misconfigured: one of them does not exist.
    """
    # Otherwise a client would wait until its time limit, or create the topic with one partition
    async with open_admin(kafka) as admin:
        existing = await admin.list_topics()
    for topic in topics:
        if topic not in existing:
            raise missing_topic(topic)


def missing_topic(topic: str) -> Misconfigured:
    """Return the error about a topic that does not exist."""
    return Misconfigured(f"topic {topic!r} does not exist; create it with `ragline topics apply`")


@contextmanager
def translated(kafka: KafkaSettings) -> Iterator[None]:
    """Translate the client's exceptions into Ragline's, with what to do about them."""
    try:
        yield
    except RaglineError:
        raise
    except (KafkaConnectionError, KafkaTimeoutError, TimeoutError) as error:
        raise Unavailable(
            f"no Kafka broker answers at {kafka.bootstrap_servers}; {_START_HINT}"
        ) from error
    except KafkaError as error:
        raise translate(error, f"Kafka at {kafka.bootstrap_servers} refused") from error


def client_options(kafka: KafkaSettings) -> dict[str, Any]:
    """Return the options common to all aiokafka clients; credentials only if they are used."""
    options: dict[str, Any] = {
        "bootstrap_servers": kafka.bootstrap_servers,
        "security_protocol": kafka.security_protocol,
        "request_timeout_ms": _REQUEST_TIMEOUT_MS,
        "client_id": "ragline-cli",
    }
    if kafka.security_protocol.endswith("SSL"):
        options["ssl_context"] = create_ssl_context(cafile=kafka.ssl_cafile)
    if kafka.security_protocol.startswith("SASL"):
        password = kafka.sasl_password
        options |= {
            "sasl_mechanism": kafka.sasl_mechanism or "PLAIN",
            "sasl_plain_username": kafka.sasl_username,
            "sasl_plain_password": password.get_secret_value() if password else None,
        }
    return options
