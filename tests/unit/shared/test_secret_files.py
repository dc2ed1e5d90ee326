"""Secrets from files, as Kubernetes mounts them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from ragline.errors import Misconfigured
from ragline.process import run_process
from ragline.settings import EnvironmentSettings, ServiceSettings, VectorStoreSettings
from ragline_cli.stack.current import client_settings

KEY = "RAGLINE_VECTOR_STORE__API_KEY"


class Settings(EnvironmentSettings):
    vector_store: VectorStoreSettings = VectorStoreSettings()


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that holds the store's key, which the environment names."""
    path = tmp_path / "api-key"
    path.write_text("from a file\n")
    monkeypatch.setenv(f"{KEY}_FILE", str(path))
    return path


def key() -> str:
    found = Settings().vector_store.api_key
    assert found is not None
    return found.get_secret_value()


def test_a_secret_is_read_from_its_file_without_the_line_end(
    secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAGLINE_VECTOR_STORE__GRPC_PORT", "1")
    assert key() == "from a file"
    assert Settings().vector_store.grpc_port == 1


def test_a_value_and_a_file_contradict_each_other(
    secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "from a variable")
    with pytest.raises(Misconfigured, match=f"{KEY} is given twice"):
        key()
    monkeypatch.setenv(KEY, "")
    assert key() == "from a file"


@pytest.mark.parametrize(
    ("content", "problem"), [(None, "cannot be read"), (b"\xff", "cannot be read"), (b"", "empty")]
)
def test_a_file_without_a_secret_is_named_with_its_variable(
    secret: Path, content: bytes | None, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    secret.unlink() if content is None else secret.write_bytes(content)
    with pytest.raises(Misconfigured, match=f"{KEY}_FILE: {secret}.*{problem}"):
        key()

    async def work(*_: object) -> None:
        pytest.fail("it must not start")

    class Service(ServiceSettings, Settings): ...

    with pytest.raises(SystemExit) as ended:
        run_process("test", Service, work)
    assert f"{KEY}_FILE" in str(ended.value)


def test_clients_read_them_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "password"
    path.write_text("from a file")
    for name, value in {
        "BOOTSTRAP_SERVERS": "kafka:9093",
        "SECURITY_PROTOCOL": "SASL_SSL",
        "SASL_USERNAME": "cms",
        "SASL_PASSWORD_FILE": str(path),
    }.items():
        monkeypatch.setenv(f"RAGLINE_KAFKA__{name}", value)
    password = client_settings().kafka.sasl_password
    assert password is not None
    assert password.get_secret_value() == "from a file"


def test_only_secrets_can_be_in_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGLINE_VECTOR_STORE__COLLECTION_FILE", str(tmp_path))
    with pytest.raises(ValidationError, match="collection_file"):
        Settings()


def test_a_setting_for_a_file_stays_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGLINE_REDIS__URL_FILE", "/nowhere")
    assert ServiceSettings().redis.url_file == "/nowhere"
