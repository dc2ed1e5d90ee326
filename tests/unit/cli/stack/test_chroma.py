from pathlib import Path
from threading import Event

import pytest

from ragline.settings import StoreKind
from ragline_cli.errors import StackError
from ragline_cli.stack import chroma, up
from ragline_cli.stack.chroma import ChromaServer
from ragline_cli.stack.plan import Ports, make_plan
from ragline_cli.stack.state import StackKind


@pytest.fixture(autouse=True)
def no_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chroma, "choose_port", lambda wanted: wanted or 20_000)


def test_a_server_without_authentication_listens_on_the_loopback_interface(tmp_path: Path) -> None:
    argv = ChromaServer(tmp_path, port=20_001).command().argv
    assert argv[-4:] == ("--host", "127.0.0.1", "--port", "20001")


def test_without_the_wheel_the_error_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma, "find_spec", lambda name: None)
    with pytest.raises(StackError, match="pip install --no-deps chromadb"):
        ChromaServer(tmp_path).prepare(Event())


def test_a_stack_with_chroma_tells_the_services_its_address(tmp_path: Path) -> None:
    made = make_plan(StackKind.CHROMA, tmp_path, Ports())
    assert isinstance(made.store, ChromaServer)
    variables = made.addresses.environment()
    assert variables["RAGLINE_VECTOR_STORE__KIND"] == "chroma"
    assert variables["RAGLINE_VECTOR_STORE__URL"] == made.store.url


def test_a_store_may_be_named_instead_of_the_stack() -> None:
    assert up.wanted(None, None) is StackKind.EMBEDDED
    assert up.wanted(None, StoreKind.WEAVIATE) is StackKind.REAL
    assert up.wanted(StackKind.CHROMA, StoreKind.CHROMA) is StackKind.CHROMA
    with pytest.raises(StackError, match="give one"):
        up.wanted(StackKind.REAL, StoreKind.CHROMA)
