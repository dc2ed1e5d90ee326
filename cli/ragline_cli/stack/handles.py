"""The servers that Ragline needs, as local processes: Kafka, a vector store and Redis.

Tests use the same handles as `ragline up`::

    with running_kafka(tmp_path / "kafka") as kafka:
        produce(kafka.bootstrap_servers)
        kafka.kill()     # a crash
        kafka.start()    # the same address, the same data
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from ragline_cli.errors import Cancelled, StackError, StackNotRunning
from ragline_cli.stack.kafka import KafkaServer
from ragline_cli.stack.postgres import PostgresServer
from ragline_cli.stack.redis import RedisServer
from ragline_cli.stack.server import Server, running
from ragline_cli.stack.weaviate import WeaviateServer

__all__ = [
    "Cancelled",
    "KafkaServer",
    "PostgresServer",
    "RedisServer",
    "Server",
    "StackError",
    "StackNotRunning",
    "WeaviateServer",
    "running",
    "running_kafka",
    "running_postgres",
    "running_redis",
    "running_weaviate",
]


def running_kafka(folder: Path) -> AbstractContextManager[KafkaServer]:
    """Keep a one-node Kafka running; see `.bootstrap_servers`."""
    return running(KafkaServer(folder))


def running_postgres(folder: Path) -> AbstractContextManager[PostgresServer]:
    """Keep a PostgreSQL with pgvector running; see `.url`."""
    return running(PostgresServer(folder))


def running_redis(folder: Path) -> AbstractContextManager[RedisServer]:
    """Keep a Redis running; see `.url`."""
    return running(RedisServer(folder))


def running_weaviate(folder: Path) -> AbstractContextManager[WeaviateServer]:
    """Keep a Weaviate running, without authentication; see `.url` and `.grpc_port`."""
    return running(WeaviateServer(folder))
