"""The server of a capacity measurement: its memory, its disk and its processor time."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from pydantic import SecretStr

from ragline.settings import StoreKind, VectorStoreSettings
from ragline_cli.bench.processor_time import own_seconds
from ragline_cli.stack.chroma import ChromaServer
from ragline_cli.stack.postgres import PostgresServer
from ragline_cli.stack.qdrant import QdrantServer
from ragline_cli.stack.server import Server, running
from ragline_cli.stack.signals import stop_signals
from ragline_cli.stack.weaviate import WeaviateServer

# stores whose server is started here; a service elsewhere shows neither memory nor processor time
MEASURED = (StoreKind.PGVECTOR, StoreKind.WEAVIATE, StoreKind.CHROMA, StoreKind.QDRANT)
_COLLECTION = "Capacity"
# a search of the largest sizes, and a write that has to wait for a checkpoint, may take longer than
# a reader would wait
_TIMEOUT_S = 120.0
_BYTES_OF_BLOCK = 512


@dataclass(frozen=True, slots=True)
class MeasuredServer:
    """A running server and the settings to reach it."""

    server: Server
    settings: VectorStoreSettings

    def memory_mb(self) -> float:
        """Return the resident memory of its processes in MB; what they share counts once."""
        return sum(each.memory_full_info().pss for each in self._processes()) / 1e6

    def cpu_seconds(self) -> float:
        """Return the processor time that its processes have used."""
        return sum(own_seconds(each) for each in self._processes())

    def disk_mb(self) -> float:
        """Return what its data folder occupies in MB, without PostgreSQL's write-ahead log.

        How long the log is depends on when the last checkpoint was, not on what is stored.
        """
        found = 0
        for folder, folders, files in os.walk(self.server.folder):
            folders[:] = [name for name in folders if name != "pg_wal"]
            for name in files:
                with suppress(FileNotFoundError):  # a log that was just recycled
                    found += Path(folder, name).stat().st_blocks
        return found * _BYTES_OF_BLOCK / 1e6

    def _processes(self) -> list[psutil.Process]:
        own = psutil.Process(self.server.pid)
        return [own, *own.children(recursive=True)]


@contextmanager
def measured_server(
    kind: StoreKind, folder: Path, *, memory_mb: int, extra: Mapping[str, Any]
) -> Iterator[MeasuredServer]:
    """Start a server on the data in `folder`.

    Args:
        kind: which store.
        folder: the data folder.
        memory_mb: PostgreSQL's own buffers.
        extra: further settings of the store.

    Raises:
        StackError: it cannot be started.
    """
    with stop_signals() as signals:
        server, address = server_of(kind, folder, memory_mb)
        settings = VectorStoreSettings(
            kind=kind,
            collection=_COLLECTION,
            timeout_s=_TIMEOUT_S,
            **address,
            **extra,
        )
        with running(server, signals.requested), signals.interrupting():
            yield MeasuredServer(server, settings)


def server_of(kind: StoreKind, folder: Path, memory_mb: int) -> tuple[Server, dict[str, Any]]:
    """Return a server that is not started yet, and the settings that lead to it."""
    if kind is StoreKind.PGVECTOR:
        buffers = {
            "shared_buffers": f"{memory_mb}MB",
            "maintenance_work_mem": f"{memory_mb}MB",
            "max_wal_size": "4GB",
        }
        postgres = PostgresServer(folder, settings=buffers)
        return postgres, {"url": SecretStr(postgres.url)}
    if kind is StoreKind.CHROMA:
        chroma = ChromaServer(folder)
        return chroma, {"url": SecretStr(chroma.url)}
    if kind is StoreKind.QDRANT:
        qdrant = QdrantServer(folder)
        return qdrant, {"url": SecretStr(qdrant.url)}
    key = secrets.token_hex(16)  # its gRPC port listens on every interface
    weaviate = WeaviateServer(folder, api_key=key)
    return weaviate, {
        "url": SecretStr(weaviate.url),
        "grpc_port": weaviate.grpc_port,
        "api_key": SecretStr(key),
    }
