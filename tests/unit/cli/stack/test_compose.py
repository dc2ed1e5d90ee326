import subprocess
from pathlib import Path

import pytest

from ragline_cli.stack import compose
from ragline_cli.stack.compose import ComposeWeaviate
from ragline_cli.stack.plan import Ports, make_plan
from ragline_cli.stack.state import StackKind
from ragline_cli.stack.weaviate import WeaviateServer


@pytest.fixture(autouse=True)
def no_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("kafka", "redis", "postgres", "weaviate", "services", "gateway"):
        monkeypatch.setattr(
            f"ragline_cli.stack.{module}.choose_port", lambda wanted: wanted or 20_000
        )


def docker(monkeypatch: pytest.MonkeyPatch, *, code: int) -> None:
    def run(argv: tuple[str, ...], **_: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(argv, code)

    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/docker")
    monkeypatch.setattr(subprocess, "run", run)


def test_without_an_answering_daemon_there_are_no_containers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docker(monkeypatch, code=1)
    assert not compose.available()


def test_with_a_daemon_the_repositorys_compose_file_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docker(monkeypatch, code=0)
    assert compose.available()
    file = compose.compose_file()
    assert file is not None
    assert "weaviate:" in file.read_text()


def test_the_container_gets_our_ports_by_the_names_of_the_compose_file(tmp_path: Path) -> None:
    command = ComposeWeaviate(tmp_path, port=20_001, grpc_port=20_002).command()
    assert command.argv[-4:] == ("up", "--no-deps", "--no-log-prefix", "weaviate")
    assert command.env == {"WEAVIATE_PORT": "20001", "WEAVIATE_GRPC_PORT": "20002"}
    file = compose.compose_file()
    assert file is not None
    assert all(f"127.0.0.1:${{{name}:-" in file.read_text() for name in command.env)


def test_two_stacks_never_share_a_volume(tmp_path: Path) -> None:
    first, second = (ComposeWeaviate(tmp_path / name).command().argv for name in "ab")
    project = first.index("--project-name") + 1
    assert first[project] != second[project]


@pytest.mark.parametrize("containers", [True, False])
def test_only_a_weaviate_that_listens_everywhere_asks_for_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, containers: bool
) -> None:
    monkeypatch.setattr(compose, "available", lambda: containers)
    made = make_plan(StackKind.REAL, tmp_path, Ports())
    assert isinstance(made.store, ComposeWeaviate if containers else WeaviateServer)
    assert (made.addresses.vector_store.api_key is None) is containers


def test_each_kind_of_stack_keeps_data_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compose, "available", lambda: False)
    kinds = (StackKind.REAL, StackKind.EMBEDDED)
    real, embedded = (make_plan(kind, tmp_path, Ports()) for kind in kinds)
    assert {s.folder for s in real.keepers}.isdisjoint(s.folder for s in embedded.keepers)
