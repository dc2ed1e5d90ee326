"""Every aiokafka client is made here: connected, handed out, and stopped whatever happens.

Those that a service consumes and publishes with are made by FastStream (`kafka_broker.py`).
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient
from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import AuthenticationFailedError, KafkaConnectionError

from ragline.background import within
from ragline.contracts.topics import Topic
from ragline.errors import Misconfigured, Unavailable
from ragline.messaging.header_names import tolerate_header_names
from ragline.messaging.held_fetches import hold_fetches
from ragline.messaging.kafka_credentials import credential_options
from ragline.messaging.kafka_errors import client_errors, translated
from ragline.settings import KafkaSettings

log = logging.getLogger(__name__)

_UNLIMITED = 2**31 - 1
# a broker that refuses does so at once
_CONNECT_ONCE_MS = 5_000
_NAMED_AGAIN_S = 0.2
# a broker that is there answers sooner
_END_OF_START_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientProfile:
    """What the clients of one program have in common, whichever cluster they talk to.

    Args:
        client_id: the name in the brokers' logs and quotas.
        request_timeout_ms: limit of connecting and of one request.
        stop_within_s: limit of stopping, for a broker that is away; None waits for it.
        translated: turns the client's exceptions into the error tree, and says what to do.
    """

    client_id: str
    request_timeout_ms: int = 40_000
    stop_within_s: float | None = None
    translated: Callable[[KafkaSettings], AbstractContextManager[None]] = client_errors


_CHECKING = ClientProfile(client_id="ragline-check", request_timeout_ms=5_000)


@asynccontextmanager
async def open_admin(
    kafka: KafkaSettings, profile: ClientProfile
) -> AsyncIterator[AIOKafkaAdminClient]:
    """Open an admin client.

    What aiokafka raises in the block is translated, too; a bare `TimeoutError`, which some of the
    admin client's calls raise, only where the profile does so.

    Raises:
        Unavailable: no broker answers.
        Misconfigured: the broker refuses the credentials or the request, its certificate is not
            trusted, or the CA bundle cannot be read.
    """
    with profile.translated(kafka):
        admin = AIOKafkaAdminClient(**_options(kafka, profile))
        try:
            await _start(admin, kafka, profile)
            await _know_brokers(admin._client, profile.request_timeout_ms / 1000)
            yield admin
        finally:
            await _stop(admin.close, admin._client, profile)


@asynccontextmanager
async def open_producer(
    kafka: KafkaSettings,
    profile: ClientProfile,
    *,
    idempotent: bool = True,
    unlimited: bool = False,
    transactional_id: str | None = None,
) -> AsyncIterator[AIOKafkaProducer]:
    """Open a producer that waits for all replicas. Raises as `open_admin`.

    Args:
        kafka: the cluster.
        profile: whose client it is.
        idempotent: stores no duplicates, but is unusable once the broker refuses a record.
        unlimited: sends records of any size. The broker limits the compressed size, so a record
            that arrived compressed may be larger than `max_request_size`, and must still be
            storable as a dead letter.
        transactional_id: writes in transactions, and the latest producer of a name is the only one
            that can.
    """
    options = producer_options(kafka) | {"enable_idempotence": idempotent}
    if transactional_id is not None:
        options["transactional_id"] = transactional_id
    if unlimited:
        options["max_request_size"] = _UNLIMITED
    with profile.translated(kafka):
        producer = AIOKafkaProducer(**_options(kafka, profile), **options)
        try:
            await _start(producer, kafka, profile)
            yield producer
        finally:
            await _stop(producer.stop, producer.client, profile)


def producer_options(kafka: KafkaSettings) -> dict[str, Any]:
    """Return the options of every producer: durable, ordered, sent without delay."""
    return {
        "acks": "all",
        "enable_idempotence": True,
        "linger_ms": 0,
        "compression_type": "zstd",
        "max_request_size": kafka.max_request_size,
    }


@asynccontextmanager
async def open_consumer(
    kafka: KafkaSettings,
    profile: ClientProfile,
    *,
    topics: Iterable[str] = (),
    partitions: Iterable[TopicPartition] = (),
    auto_offset_reset: Literal["earliest", "latest"] = "earliest",
    started: bool = True,
    **options: Any,
) -> AsyncIterator[AIOKafkaConsumer]:
    """Open a consumer, in no group, that commits nothing by itself. Raises as `open_admin`.

    Its ends are those of what may be read: an open transaction is not part of the topic yet.

    Args:
        kafka: the cluster.
        profile: whose client it is.
        topics: read in full, with partitions that are added later.
        partitions: read instead of topics.
        auto_offset_reset: where a partition is read from that has no position.
        started: whether it is; else it is the caller who starts it, and it is stopped all the same.
        options: further ones of aiokafka's, such as `group_id`.
    """
    tolerate_header_names()
    with profile.translated(kafka):
        consumer = AIOKafkaConsumer(
            *topics,
            **_options(kafka, profile),
            enable_auto_commit=False,
            auto_offset_reset=auto_offset_reset,
            fetch_max_wait_ms=kafka.fetch_max_wait_ms,
            isolation_level=kafka.isolation_level,
            client_rack=kafka.client_rack,
            **options,
        )
        try:
            if assigned := list(partitions):
                consumer.assign(assigned)
            if started:
                await _start(consumer, kafka, profile)
                hold_fetches(consumer)
            yield consumer
        finally:
            await _stop(consumer.stop, consumer._client, profile)


@asynccontextmanager
async def open_tail(
    kafka: KafkaSettings, profile: ClientProfile, topic: str
) -> AsyncIterator[AIOKafkaConsumer]:
    """Open a consumer, in no group, at the end of every partition of `topic`.

    The positions are fixed before this returns, so nothing published later is missed; partitions
    that are added meanwhile are read from their beginning.
    Raises as `open_admin`, and `Misconfigured` when the topic does not exist.
    """
    await require_topics(kafka, profile, {topic})
    async with open_consumer(kafka, profile, topics=(topic,)) as consumer:
        for partition, offset in (await consumer.end_offsets(consumer.assignment())).items():
            consumer.seek(partition, offset)
        yield consumer


async def require_topics(
    kafka: KafkaSettings, profile: ClientProfile, topics: Iterable[str]
) -> None:
    """Make sure that `topics` exist. Raises as `open_admin`.

    Raises:
        Misconfigured: one of them does not exist.
    """
    # Otherwise a client would wait until its time limit, or create the topic with one partition
    async with open_admin(kafka, profile) as admin:
        existing = await admin.list_topics()
    for topic in topics:
        if topic not in existing:
            raise missing_topic(topic)


def missing_topic(topic: str) -> Misconfigured:
    """Return the error about a topic that does not exist."""
    return Misconfigured(f"topic {topic!r} does not exist; create it with `ragline topics apply`")


async def check_topics(
    kafka: KafkaSettings, topics: tuple[Topic, ...], profile: ClientProfile = _CHECKING
) -> None:
    """Make sure that Kafka answers and that topics exist; they may still come.

    Args:
        kafka: the cluster.
        topics: which ones.
        profile: whose client it is; a service's by default, which checks again.

    Raises:
        Unavailable: Kafka does not answer, or a topic is missing.
        Misconfigured: as `open_admin`.
    """
    async with open_admin(kafka, profile) as admin:
        with translated(f"Kafka at {kafka.bootstrap_servers} does not answer"):
            found = set(await admin.list_topics())
    if missing := [topic.name for topic in topics if topic.name not in found]:
        raise Unavailable(f"topics are missing: {', '.join(missing)}; run `ragline topics apply`")


def _options(kafka: KafkaSettings, profile: ClientProfile) -> dict[str, Any]:
    return {
        "bootstrap_servers": kafka.bootstrap_servers,
        "client_id": profile.client_id,
        "request_timeout_ms": profile.request_timeout_ms,
        **credential_options(kafka),
    }


async def _start(
    client: AIOKafkaAdminClient | AIOKafkaConsumer | AIOKafkaProducer,
    kafka: KafkaSettings,
    profile: ClientProfile,
) -> None:
    starting = asyncio.ensure_future(client.start())
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        # aiokafka never closes the connection whose first answer it is made to give up
        await within(_END_OF_START_S, asyncio.gather(starting, return_exceptions=True))
        raise
    except KafkaConnectionError:
        await _connect_once(kafka, profile)
        raise


async def _know_brokers(client: Any, seconds: float) -> None:
    """Wait until the cluster names a broker: one that was silent for long is taken for gone.

    aiokafka's other clients wait by themselves.
    """
    clock = asyncio.get_running_loop().time
    until = clock() + seconds
    while not client.cluster.brokers() and clock() < until:
        await client.force_metadata_update()
        await asyncio.sleep(_NAMED_AGAIN_S)


async def _connect_once(kafka: KafkaSettings, profile: ClientProfile) -> None:
    """Raise why no connection comes about: aiokafka's clients only log that they are refused."""
    options = _options(kafka, replace(profile, request_timeout_ms=_CONNECT_ONCE_MS))
    away: BaseException | None = None
    for host, port, _ in collect_hosts(options.pop("bootstrap_servers"), randomize=False):
        try:
            connection = await create_conn(host, port, **options)
        except ssl.SSLCertVerificationError as error:
            raise AuthenticationFailedError(
                f"the certificate of {host}:{port} is not trusted: {error.verify_message}"
            ) from error
        except (KafkaConnectionError, OSError, TimeoutError) as error:
            if alert := _alert(error):
                raise AuthenticationFailedError(
                    f"{host}:{port} refuses this client's certificate: {alert}"
                ) from error
            away = away or error
        else:
            connection.close()
    if away is not None:
        raise KafkaConnectionError(f"{away!r}") from away


def _alert(error: BaseException) -> str | None:
    """Return what the broker said in TLS before it closed the connection, if it said something."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, ssl.SSLError):
        found = found.__cause__ or found.__context__
    reason = (found.reason or "") if isinstance(found, ssl.SSLError) else ""
    return reason if "ALERT" in reason else None


async def _stop(
    stop: Callable[[], Awaitable[object]], connections: AIOKafkaClient, profile: ClientProfile
) -> None:
    if not await within(profile.stop_within_s, stop()):
        log.warning("Kafka does not answer, stopping without it")
        # What was given up had not come to them, and the process may go on
        await within(profile.stop_within_s, connections.close())
