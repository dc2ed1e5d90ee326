"""The addresses of a stack's parts, which services and commands need in order to connect."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from pydantic import BaseModel, ConfigDict

from ragline.redaction import without_secrets
from ragline.settings import StoreKind

_MODEL_TIMEOUT_S = 600.0


class _Address(BaseModel):
    model_config = ConfigDict(frozen=True)


class KafkaAddress(_Address):
    """`bootstrap_servers` is `host:port`, comma-separated."""

    bootstrap_servers: str


class RedisAddress(_Address):
    """`url` carries the password."""

    url: str


class StoreAddress(_Address):
    """A vector store; `grpc_port` and `api_key` are Weaviate's. The URL carries a password."""

    kind: StoreKind
    url: str
    grpc_port: int | None = None
    api_key: str | None = None


class GatewayAddress(_Address):
    """The console's URL, below which the API is; `tenant` is that of requests without credentials.

    If `tenant` is None, all requests need credentials.
    """

    url: str
    tenant: str | None = None

    def console(self, tenant: str) -> str:
        """Return the console's address for `tenant`; credentials, if required, decide instead."""
        if self.tenant in {None, tenant}:
            return self.url
        return f"{self.url}?{urlencode({'tenant': tenant})}"

    def environment(self) -> dict[str, str]:
        """Return the settings that make the gateway listen there."""
        parts = urlsplit(self.url)
        variables = {
            "RAGLINE_GATEWAY__HOST": str(parts.hostname),
            "RAGLINE_GATEWAY__PORT": str(parts.port),
        }
        if self.tenant is not None:
            variables["RAGLINE_GATEWAY__ANONYMOUS_TENANT"] = self.tenant
        return variables


class ModelAddress(_Address):
    """A language model's server: its base URL, what it calls the model, and the tokens it reads."""

    url: str
    model: str
    context_tokens: int

    def environment(self) -> dict[str, str]:
        """Return the settings that make a service ask it.

        It is slow where it has few cores, so a request may take long.
        """
        return {
            "RAGLINE_LLM__BASE_URL": self.url,
            "RAGLINE_LLM__MODEL": self.model,
            "RAGLINE_LLM__API": "chat",
            "RAGLINE_LLM__TOKENIZER": "server",
            "RAGLINE_LLM__CONTEXT_TOKENS": str(self.context_tokens),
            "RAGLINE_LLM__TIMEOUT_S": f"{_MODEL_TIMEOUT_S:.0f}",
        }


class Addresses(_Address):
    """The addresses of one stack; without a language model its answers are extractive."""

    kafka: KafkaAddress
    vector_store: StoreAddress
    redis: RedisAddress
    gateway: GatewayAddress
    language_model: ModelAddress | None = None

    def environment(self) -> dict[str, str]:
        """Return the settings that make a service or a client use this stack's servers."""
        store = self.vector_store
        variables = {
            "RAGLINE_KAFKA__BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "RAGLINE_REDIS__URL": self.redis.url,
            "RAGLINE_VECTOR_STORE__KIND": store.kind.value,
            "RAGLINE_VECTOR_STORE__URL": store.url,
        }
        if store.grpc_port is not None:
            variables["RAGLINE_VECTOR_STORE__GRPC_PORT"] = str(store.grpc_port)
        if store.api_key is not None:
            variables["RAGLINE_VECTOR_STORE__API_KEY"] = store.api_key
        if self.language_model is not None:
            variables |= self.language_model.environment()
        return variables

    def shown(self) -> dict[str, Any]:
        """Return the addresses as they may be printed: without passwords and keys."""
        found = self.model_dump(mode="json")
        found["vector_store"].pop("api_key")
        for address in (found["redis"], found["vector_store"]):
            address["url"] = without_secrets(address["url"])
        return found


def names_a_cluster(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether the user's settings name a Kafka; then no local stack is used."""
    return bool(environment.get("RAGLINE_KAFKA__BOOTSTRAP_SERVERS"))
