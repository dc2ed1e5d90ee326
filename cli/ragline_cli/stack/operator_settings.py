"""All that a command for operators reaches: Kafka, Redis, and the vector store."""

from __future__ import annotations

from pydantic import SecretStr, ValidationError

from ragline.errors import Misconfigured
from ragline.settings import VectorStoreSettings, problems
from ragline_cli.stack.addresses import StoreAddress, names_a_cluster
from ragline_cli.stack.current import DEFAULT_NAME, ClientSettings, client_settings
from ragline_cli.stack.places import state_folder
from ragline_cli.stack.state import read_state


class OperatorSettings(ClientSettings):
    """The settings of a client that looks into the vector store, too."""

    vector_store: VectorStoreSettings = VectorStoreSettings()


def operator_settings(bootstrap: str | None = None) -> OperatorSettings:
    """Return the settings, with the running stack's addresses if they name no cluster.

    Raises:
        StackNotRunning: nothing names a cluster.
        Misconfigured: the settings cannot be used.
    """
    try:
        settings = OperatorSettings()
    except ValidationError as error:
        found = "; ".join(problems(error))
        raise Misconfigured(f"these settings cannot be used: {found}") from error
    if bootstrap is not None:
        kafka = settings.kafka.model_copy(update={"bootstrap_servers": bootstrap})
        return settings.model_copy(update={"kafka": kafka})
    client = client_settings()
    addressed = settings.model_copy(update={"kafka": client.kafka, "redis": client.redis})
    state = None if names_a_cluster() else read_state(state_folder(DEFAULT_NAME))
    if state is None:
        return addressed
    store = _located(settings.vector_store, state.addresses.vector_store)
    return addressed.model_copy(update={"vector_store": store})


def _located(settings: VectorStoreSettings, address: StoreAddress) -> VectorStoreSettings:
    located: dict[str, object] = {
        "kind": address.kind,
        "url": SecretStr(address.url),
        "url_file": None,
    }
    if address.grpc_port is not None:
        located["grpc_port"] = address.grpc_port
    if address.api_key is not None:
        located["api_key"] = SecretStr(address.api_key)
    return settings.model_copy(update=located)
