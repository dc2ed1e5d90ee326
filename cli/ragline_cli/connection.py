"""Options for the addresses of Kafka and Redis; default: the settings, else the running stack."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ragline.settings import KafkaSettings, RedisSettings

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
SearchedIndexName = Annotated[
    str | None,
    typer.Option("--index", metavar="NAME", help="Which index to search; default: the live one."),
]
Tenant = Annotated[str, typer.Option(help="Whose documents.")]


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach the cluster. Without `redis`, answers arrive but are not streamed."""

    kafka: KafkaSettings
    redis: RedisSettings | None


def connection(bootstrap: str | None, redis_url: str | None = None) -> Connection:
    """Return how to reach the cluster named by the options, the settings or the running stack.

    The client library's log is silenced: the user sees its errors once, translated into ours.

    Raises:
        StackNotRunning: nothing names a cluster.
        Misconfigured: the settings cannot be used.
    """
    # Settings would slow down the help of every command
    from ragline_cli.stack.current import client_settings, read_settings

    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    if bootstrap is None:
        found = client_settings()
        return Connection(found.kafka, _redis(found.redis, redis_url))
    settings = read_settings()
    kafka = settings.kafka.model_copy(update={"bootstrap_servers": bootstrap})
    stated = "url" in settings.redis.model_fields_set
    # We cannot guess the Redis that belongs to a cluster of the user's own
    return Connection(kafka, _redis(settings.redis, redis_url) if stated or redis_url else None)


def _redis(settings: RedisSettings, url: str | None) -> RedisSettings:
    from pydantic import SecretStr

    return settings.model_copy(update={"url": SecretStr(url)}) if url else settings
