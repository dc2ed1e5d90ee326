"""Options that say where Kafka and Redis are; without them the settings or the running stack."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Annotated

import typer
from pydantic import SecretStr

from ragline.settings import KafkaSettings, RedisSettings
from ragline_cli.stack.current import ClientSettings, client_settings

Bootstrap = Annotated[
    str | None,
    typer.Option(
        metavar="HOST:PORT",
        help="Kafka's bootstrap servers; else RAGLINE_KAFKA__BOOTSTRAP_SERVERS, else the "
        "running stack.",
    ),
]
RedisUrl = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Redis, for the token stream; else RAGLINE_REDIS__URL."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Tenant = Annotated[str, typer.Option(help="Whose documents.")]


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach the cluster. Without `redis` answers come, but do not stream."""

    kafka: KafkaSettings
    redis: RedisSettings | None


def connection(bootstrap: str | None, redis_url: str | None = None) -> Connection:
    """Return how to reach the cluster that the options, the settings or the running stack name.

    The client library's own log is silenced: its errors reach the user as ours, once.

    Raises:
        StackNotRunning: nothing names a cluster.
    """
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    if bootstrap is None:
        found = client_settings()
        return Connection(found.kafka, _redis(found.redis, redis_url))
    settings = ClientSettings()
    kafka = settings.kafka.model_copy(update={"bootstrap_servers": bootstrap})
    stated = "url" in settings.redis.model_fields_set
    # A cluster of the user's own has no Redis that we could guess
    return Connection(kafka, _redis(settings.redis, redis_url) if stated or redis_url else None)


def _redis(settings: RedisSettings, url: str | None) -> RedisSettings:
    return settings.model_copy(update={"url": SecretStr(url)}) if url else settings
