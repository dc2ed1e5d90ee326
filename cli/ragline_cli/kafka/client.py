"""The command line's Kafka connections: their profile, and failures with hints for people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError

from ragline.errors import RaglineError, Unavailable
from ragline.messaging.kafka_clients import ClientProfile
from ragline.messaging.kafka_errors import translate
from ragline.settings import KafkaSettings

_START_HINT = "start one with `ragline up`, or name a running one with --bootstrap"


def kafka_settings(kafka: KafkaSettings | str) -> KafkaSettings:
    """Return `kafka`, or settings for the bootstrap servers that it names."""
    if isinstance(kafka, KafkaSettings):
        return kafka
    return KafkaSettings(bootstrap_servers=kafka)


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


# a broker of a busy machine is slow; one that refuses does so at once
COMMAND_LINE = ClientProfile(
    client_id="ragline-cli", request_timeout_ms=40_000, translated=translated
)
