"""FastStream's Kafka broker from settings: it makes the consumers and the producer of a service."""

from __future__ import annotations

import asyncio

from faststream.kafka import KafkaBroker
from faststream.security import (
    BaseSecurity,
    SASLOAuthBearer,
    SASLPlaintext,
    SASLScram256,
    SASLScram512,
)

from ragline.messaging.header_names import tolerate_header_names
from ragline.messaging.kafka_clients import producer_options
from ragline.messaging.kafka_credentials import credential_options
from ragline.messaging.kafka_errors import translated
from ragline.settings import KafkaSettings

_SASL = {
    "PLAIN": SASLPlaintext,
    "SCRAM-SHA-256": SASLScram256,
    "SCRAM-SHA-512": SASLScram512,
}


def make_broker(kafka: KafkaSettings, *, client_id: str) -> KafkaBroker:
    """Return FastStream's broker, not started.

    Raises:
        Misconfigured: a certificate cannot be read.
    """
    tolerate_header_names()
    return KafkaBroker(
        kafka.bootstrap_servers.split(","),
        client_id=client_id,
        security=broker_security(kafka),
        sasl_oauth_token_provider=credential_options(kafka).get("sasl_oauth_token_provider"),
        allow_auto_create_topics=False,
        logger=None,
        **producer_options(kafka),
    )


async def start_broker(broker: KafkaBroker) -> None:
    """Start the broker, all its subscribers at once.

    FastStream starts one after the other, and each waits until its group has rebalanced: a service
    that reads six topics was ready after six rebalances.

    Raises:
        Unavailable: Kafka does not answer; the same broker may be started again.
    """
    with translated("connecting to Kafka"):
        await broker.connect()
        starts = (each.start() for each in broker.subscribers)
        for failed in await asyncio.gather(*starts, return_exceptions=True):
            if failed is not None:
                raise failed
        await broker.start()  # what has started stays as it is


def broker_security(kafka: KafkaSettings) -> BaseSecurity | None:
    """Return the credentials as FastStream takes them; None for a plaintext connection.

    Raises:
        Misconfigured: a certificate cannot be read.
    """
    options = credential_options(kafka)
    context = options["ssl_context"]
    if kafka.uses_tokens:  # whose provider the broker takes beside this
        return SASLOAuthBearer(ssl_context=context, use_ssl=kafka.uses_tls)
    if mechanism := options.get("sasl_mechanism"):
        return _SASL[mechanism](
            username=options["sasl_plain_username"],
            password=options["sasl_plain_password"],
            ssl_context=context,
        )
    return BaseSecurity(ssl_context=context) if context else None
