"""The command line alone: no package brings the server."""

from pathlib import Path
from threading import Event

import pytest

from ragline_cli.errors import StackError
from ragline_cli.stack import qdrant
from ragline_cli.stack.plan import Ports, make_plan
from ragline_cli.stack.qdrant import QdrantServer
from ragline_cli.stack.state import StackKind


@pytest.fixture(autouse=True)
def no_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qdrant, "choose_port", lambda wanted: wanted or 20_000)


def test_a_server_without_a_key_listens_on_the_loopback_interface(tmp_path: Path) -> None:
    env = QdrantServer(tmp_path, port=20_001).command().env
    assert env["QDRANT__SERVICE__HOST"] == "127.0.0.1"
    assert env["QDRANT__SERVICE__HTTP_PORT"] == "20001"
    assert env["QDRANT__STORAGE__STORAGE_PATH"].startswith(str(tmp_path))


def test_without_the_program_the_error_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StackError, match=r"`qdrant`.*PATH.*RAGLINE_VECTOR_STORE__URL"):
        QdrantServer(tmp_path).prepare(Event())


def test_a_stack_with_qdrant_tells_the_services_its_address(tmp_path: Path) -> None:
    made = make_plan(StackKind.QDRANT, tmp_path, Ports())
    assert isinstance(made.store, QdrantServer)
    variables = made.addresses.environment()
    assert variables["RAGLINE_VECTOR_STORE__KIND"] == "qdrant"
    assert variables["RAGLINE_VECTOR_STORE__URL"] == made.store.url
