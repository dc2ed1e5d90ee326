"""Jars: fetched once, whole or not at all, and only what the lock names."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ragline import jars
from ragline.errors import Unavailable
from ragline.jars import Jar, fetch_jar, sha256_of

CONTENT = b"a jar" * 100_000
JAR = Jar("org.example:thing:1.0", hashlib.sha256(CONTENT).hexdigest())


class Central(ThreadingHTTPServer):
    """A server in Maven Central's place; `content` is sent, `stated` is its announced length."""

    content = CONTENT
    stated = len(CONTENT)
    asked: tuple[str, ...] = ()


class Handler(BaseHTTPRequestHandler):
    server: Central

    def do_GET(self) -> None:
        self.server.asked += (self.path,)
        self.send_response(200)
        self.send_header("Content-Length", str(self.server.stated))
        self.end_headers()
        self.wfile.write(self.server.content)

    def log_message(self, *args: Any) -> None:
        """Stay silent."""


@pytest.fixture
def central(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Central]:
    server = Central(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(jars, "_CENTRAL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr(jars, "cache_folder", lambda: tmp_path)
    yield server
    server.shutdown()
    server.server_close()


def kept(tmp_path: Path) -> list[str]:
    files = (path for path in tmp_path.rglob("*") if path.is_file())
    return [path.name for path in files if path.suffix != ".lock"]


def test_a_jar_is_fetched_once(central: Central, tmp_path: Path) -> None:
    first, second = fetch_jar(JAR), fetch_jar(JAR)
    assert first == second == tmp_path / "maven/org/example/thing/1.0/thing-1.0.jar"
    assert first.read_bytes() == CONTENT
    assert central.asked == ("/org/example/thing/1.0/thing-1.0.jar",)
    assert kept(tmp_path) == ["thing-1.0.jar"]


def test_processes_that_want_it_at_once_fetch_it_once(central: Central) -> None:
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(fetch_jar(JAR))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(central.asked) == 1
    assert sha256_of(found[0]) == JAR.sha256


def test_a_jar_that_is_cut_off_leaves_nothing_behind(central: Central, tmp_path: Path) -> None:
    central.stated += 1
    central.content = CONTENT[:-1]
    with pytest.raises(Unavailable, match=r"org\.example:thing:1\.0"):
        fetch_jar(JAR)
    assert kept(tmp_path) == []


def test_another_file_is_refused(central: Central, tmp_path: Path) -> None:
    central.content = CONTENT[::-1]
    with pytest.raises(Unavailable, match="not the file that the lock names"):
        fetch_jar(JAR)
    assert kept(tmp_path) == []


def test_without_the_network_it_says_what_to_do(central: Central) -> None:
    central.shutdown()
    central.server_close()
    with pytest.raises(Unavailable, match="restore the network, or mount that folder"):
        fetch_jar(JAR)


def test_a_large_jar_says_how_far_it_is(
    central: Central, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(jars, "_TOLD_BYTES", 1)
    monkeypatch.setattr(jars, "_BLOCK", 100_000)
    with caplog.at_level(logging.INFO):
        fetch_jar(JAR)
    assert [record.message.partition(":")[0] for record in caplog.records] == [
        "fetching thing-1.0.jar (0 MB)",
        *["fetching thing-1.0.jar"] * 3,
    ]
