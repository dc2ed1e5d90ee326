"""Kafka connections from settings: FastStream's broker, the plain producer, the check at start."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import KafkaConnectionError
from faststream.kafka import KafkaBroker
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from ragline.contracts.topics import Topic
from ragline.errors import Misconfigured, Unavailable
from ragline.messaging.kafka_errors import translated
from ragline.settings import KafkaSettings

_UNLIMITED = 2**31 - 1
_SASL = {
    "PLAIN": SASLPlaintext,
    "SCRAM-SHA-256": SASLScram256,
    "SCRAM-SHA-512": SASLScram512,
}


def ssl_context(settings: KafkaSettings) -> ssl.SSLContext | None:
    """Return the TLS context, or None for a plaintext protocol."""
    if "SSL" not in settings.security_protocol:
        return None
    return ssl.create_default_context(cafile=settings.ssl_cafile)


def client_options(settings: KafkaSettings) -> dict[str, Any]:
    """Return the connection options of a plain aiokafka client."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap_servers,
        "security_protocol": settings.security_protocol,
        "ssl_context": ssl_context(settings),
    }
    if settings.sasl_mechanism is not None:
        options["sasl_mechanism"] = settings.sasl_mechanism
        options["sasl_plain_username"] = settings.sasl_username
        options["sasl_plain_password"] = _password(settings)
    return options


def producer_options(settings: KafkaSettings) -> dict[str, Any]:
    """Return the options of every producer: durable, ordered, sent without delay."""
    return {
        "acks": "all",
        "enable_idempotence": True,
        "linger_ms": 0,
        "compression_type": "zstd",
        "max_request_size": settings.max_request_size,
    }


def make_broker(settings: KafkaSettings, *, client_id: str, connected: bool = True) -> KafkaBroker:
    """Return FastStream's broker, not started. `connected=False` reads no TLS files (AsyncAPI)."""
    return KafkaBroker(
        settings.bootstrap_servers.split(","),
        client_id=client_id,
        security=_security(settings) if connected else None,
        allow_auto_create_topics=False,
        logger=None,
        **producer_options(settings),
    )


def make_producer(settings: KafkaSettings, *, client_id: str) -> AIOKafkaProducer:
    """Return a plain producer for raw records, not started.

    It has no size limit of its own. The broker limits the compressed size, so a record that arrived
    compressed may be larger than `max_request_size`, and must still be storable as a dead letter.
    """
    options = client_options(settings) | producer_options(settings)
    return AIOKafkaProducer(client_id=client_id, **(options | {"max_request_size": _UNLIMITED}))


async def connect(start: Callable[[], Awaitable[object]]) -> None:
    """Start a client.

    Raises:
        Unavailable: Kafka does not answer; the same client may be started again.
    """
    with translated("connecting to Kafka"):
        await start()


async def check_topics(settings: KafkaSettings, topics: tuple[Topic, ...]) -> None:
    """Make sure that Kafka answers and that the service's topics exist.

    Raises:
        Unavailable: Kafka does not answer, or a topic is missing.
        Misconfigured: Kafka refuses the credentials, or these settings cannot work.
    """
    admin = AIOKafkaAdminClient(**client_options(settings), request_timeout_ms=5_000)
    try:
        with translated(f"Kafka at {settings.bootstrap_servers} does not answer"):
            try:
                await admin.start()
            except KafkaConnectionError:
                await _connect_once(settings)
                raise
            found = set(await admin.list_topics())
    finally:
        await admin.close()
    if missing := [topic.name for topic in topics if topic.name not in found]:
        raise Unavailable(f"topics are missing: {', '.join(missing)}; run `ragline topics apply`")


async def _connect_once(settings: KafkaSettings) -> None:
    """Connect, to raise the reason of a failure: aiokafka's clients only log that it is refused."""
    options = client_options(settings)
    for host, port, _ in collect_hosts(options.pop("bootstrap_servers"), randomize=False):
        connection = await create_conn(host, port, **options)
        connection.close()


def _security(settings: KafkaSettings) -> BaseSecurity | None:
    context = ssl_context(settings)
    if settings.sasl_mechanism is not None:
        make = _SASL[settings.sasl_mechanism]
        return make(
            username=settings.sasl_username or "",
            password=_password(settings),
            ssl_context=context,
            use_ssl=context is not None,
        )
    return BaseSecurity(ssl_context=context, use_ssl=True) if context else None


def _password(settings: KafkaSettings) -> str:
    if settings.sasl_password is None:
        raise Misconfigured("RAGLINE_KAFKA__SASL_PASSWORD is needed with a SASL mechanism")
    return settings.sasl_password.get_secret_value()
