"""The plan of a stack: its servers, their data and log files, and their addresses."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from ragline.contracts.base import DEFAULT_TENANT
from ragline.contracts.indexes import BASE_INDEX
from ragline.contracts.topics import Service
from ragline.settings import StoreKind
from ragline_cli.stack import compose
from ragline_cli.stack.addresses import (
    Addresses,
    KafkaAddress,
    ModelAddress,
    RedisAddress,
    StoreAddress,
)
from ragline_cli.stack.chat_model_server import ChatModelServer
from ragline_cli.stack.chat_models import ChatModelSize, fetched
from ragline_cli.stack.chroma import ChromaServer
from ragline_cli.stack.compose import ComposeWeaviate
from ragline_cli.stack.gateway import gateway_address
from ragline_cli.stack.index_ingestors import wanted_indexes
from ragline_cli.stack.kafka import KafkaServer
from ragline_cli.stack.postgres import PostgresServer
from ragline_cli.stack.qdrant import QdrantServer
from ragline_cli.stack.redis import RedisServer
from ragline_cli.stack.server import Server
from ragline_cli.stack.services import ServiceProcess
from ragline_cli.stack.state import StackKind
from ragline_cli.stack.weaviate import WeaviateServer

# Room for the largest budget of a plan, an answer and the conversation
_CONTEXT_TOKENS = 4_096
_REPEAT_PENALTY = 1.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Ports to use; a free port is chosen for each that is not given."""

    kafka: int | None = None
    redis: int | None = None
    store: int | None = None
    store_grpc: int | None = None
    gateway: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPlan:
    """The servers of a stack, not started yet."""

    kind: StackKind
    kafka: KafkaServer
    store: Server
    redis: RedisServer
    language_model: ChatModelServer | None
    addresses: Addresses
    services: tuple[ServiceProcess, ...]
    data: Path
    logs: Path

    @property
    def keepers(self) -> tuple[Server, ...]:
        """The servers that store data."""
        return (self.kafka, self.store, self.redis)

    @property
    def backing(self) -> tuple[Server, ...]:
        """The servers that the services use."""
        return (*self.keepers, *((self.language_model,) if self.language_model else ()))

    @property
    def servers(self) -> tuple[Server, ...]:
        """All servers that are started."""
        return (*self.backing, *self.services)


def make_plan(
    kind: StackKind,
    folder: Path,
    ports: Ports,
    *,
    tenant: str = DEFAULT_TENANT,
    llm: ChatModelSize | None = None,
) -> StackPlan:
    """Plan a stack in `folder` and choose its ports.

    Each kind of store has its own data, including Kafka's: documents whose offsets were committed
    after they were written to one store are not in the other. `tenant` is that of requests to the
    gateway without credentials, unless the environment says otherwise; `llm` is the chat model to
    start.

    Raises:
        StackError: a wanted port is in use, or the chat model has not been fetched.
    """
    data, logs = folder / kind.value, folder / "logs"
    kafka = KafkaServer(data / "kafka", port=ports.kafka, log=logs / "kafka.log")
    redis = RedisServer(data / "redis", port=ports.redis, log=logs / "redis.log")
    store, store_address = _store(kind, data, logs, ports)
    model = _language_model(llm, folder, logs) if llm else None
    addresses = Addresses(
        kafka=KafkaAddress(bootstrap_servers=kafka.bootstrap_servers),
        vector_store=store_address,
        redis=RedisAddress(url=redis.url),
        gateway=gateway_address(ports.gateway, tenant=tenant),
        language_model=_model_address(model) if model else None,
    )
    return StackPlan(
        kind=kind,
        kafka=kafka,
        store=store,
        redis=redis,
        language_model=model,
        addresses=addresses,
        services=_services(folder, data, addresses, logs),
        data=data,
        logs=logs,
    )


def _services(
    folder: Path, data: Path, addresses: Addresses, logs: Path
) -> tuple[ServiceProcess, ...]:
    common = addresses.environment()
    own = {Service.GATEWAY: addresses.gateway.environment()}
    return tuple(
        ServiceProcess(
            service,
            folder,
            addresses=common | own.get(service, {}),
            log=logs / f"{service.value}.log",
        )
        for service in Service
        # the base index may have been dropped
        if service is not Service.INGESTOR or BASE_INDEX in wanted_indexes(data)
    )


def _store(kind: StackKind, data: Path, logs: Path, ports: Ports) -> tuple[Server, StoreAddress]:
    if kind is StackKind.EMBEDDED:
        postgres = PostgresServer(data / "postgres", port=ports.store, log=logs / "postgres.log")
        return postgres, StoreAddress(kind=StoreKind.PGVECTOR, url=postgres.url)
    if kind is StackKind.CHROMA:
        chroma = ChromaServer(data / "chroma", port=ports.store, log=logs / "chroma.log")
        return chroma, StoreAddress(kind=StoreKind.CHROMA, url=chroma.url)
    if kind is StackKind.QDRANT:
        qdrant = QdrantServer(data / "qdrant", port=ports.store, log=logs / "qdrant.log")
        return qdrant, StoreAddress(kind=StoreKind.QDRANT, url=qdrant.url)
    weaviate = _weaviate(data / "weaviate", logs / "weaviate.log", ports)
    address = StoreAddress(
        kind=StoreKind.WEAVIATE,
        url=weaviate.url,
        grpc_port=weaviate.grpc_port,
        api_key=weaviate.api_key,
    )
    return weaviate, address


def _language_model(size: ChatModelSize, folder: Path, logs: Path) -> ChatModelServer:
    model = fetched(size)
    return ChatModelServer(
        folder,
        file=model.path,
        title=model.title,
        context_tokens=_CONTEXT_TOKENS,
        repeat_penalty=_REPEAT_PENALTY,
        log=logs / "llm.log",
    )


def _model_address(server: ChatModelServer) -> ModelAddress:
    return ModelAddress(url=server.url, model=server.title, context_tokens=server.context_tokens)


def _weaviate(folder: Path, log: Path, ports: Ports) -> WeaviateServer:
    """Return Weaviate as a container if a Docker daemon answers, else as a native process."""
    if compose.available():
        return ComposeWeaviate(folder, port=ports.store, grpc_port=ports.store_grpc, log=log)
    key = secrets.token_hex(16)  # its gRPC port listens on every interface
    return WeaviateServer(
        folder, port=ports.store, grpc_port=ports.store_grpc, api_key=key, log=log
    )
