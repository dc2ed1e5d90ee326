import pytest
from pydantic import SecretStr

from ragline.settings import ServiceSettings, StoreKind, VectorStoreSettings
from ragline_cli.stack.addresses import (
    Addresses,
    GatewayAddress,
    KafkaAddress,
    ModelAddress,
    RedisAddress,
    StoreAddress,
)
from ragline_cli.stack.services import environment
from ragline_generator.settings import GeneratorSettings


class Settings(ServiceSettings):
    vector_store: VectorStoreSettings = VectorStoreSettings()


@pytest.fixture
def addresses() -> Addresses:
    return Addresses(
        kafka=KafkaAddress(bootstrap_servers="127.0.0.1:20001"),
        vector_store=StoreAddress(
            kind=StoreKind.WEAVIATE, url="http://127.0.0.1:20002", grpc_port=20003, api_key="k"
        ),
        redis=RedisAddress(url="redis://:p@127.0.0.1:20004/0"),
        gateway=GatewayAddress(url="http://127.0.0.1:20006/", tenant="acme"),
    )


def test_the_environment_leads_a_service_to_its_stack(
    addresses: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(20_005, addresses.environment(), given={}).items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.kafka.bootstrap_servers == "127.0.0.1:20001"
    assert settings.redis.url == SecretStr("redis://:p@127.0.0.1:20004/0")
    assert settings.vector_store.kind is StoreKind.WEAVIATE
    assert settings.vector_store.grpc_port == 20003
    assert settings.vector_store.api_key == SecretStr("k")
    assert (settings.http.host, settings.http.port) == ("127.0.0.1", 20_005)
    assert settings.log.format == "text"


def test_the_users_other_settings_stay(addresses: Addresses) -> None:
    given = {"RAGLINE_LOG__FORMAT": "json", "RAGLINE_EMBEDDING__WORKERS": "7"}
    own = environment(1, addresses.environment(), embedding_workers=2, given=given)
    assert own.keys().isdisjoint(given)


def test_postgresql_needs_no_grpc_port(addresses: Addresses) -> None:
    store = StoreAddress(kind=StoreKind.PGVECTOR, url="postgresql://u:p@h/d")
    variables = addresses.model_copy(update={"vector_store": store}).environment()
    assert variables["RAGLINE_VECTOR_STORE__KIND"] == "pgvector"
    assert "RAGLINE_VECTOR_STORE__GRPC_PORT" not in variables
    assert "RAGLINE_VECTOR_STORE__API_KEY" not in variables


def test_a_chat_model_writes_the_answers(
    addresses: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = ModelAddress(url="http://127.0.0.1:20007/v1", model="qwen", context_tokens=4_096)
    variables = addresses.model_copy(update={"language_model": model}).environment()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings = GeneratorSettings()
    assert (settings.llm.base_url, settings.llm.model) == (model.url, "qwen")
    assert settings.llm.context_tokens == 4_096
