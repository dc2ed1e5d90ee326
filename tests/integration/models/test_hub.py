"""The model hub: its cache first, and quick, clear outcomes when it does not give the model.

The hub's address and cache are read when its client is imported, so each case is a process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

NAME = "cross-encoder/ms-marco-MiniLM-L-6-v2"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
SCRIPT = """
import asyncio, json, sys
from ragline.adapters.models import open_cross_encoder
from ragline.adapters.models.files import locate
from ragline.errors import RaglineError
from ragline.model_settings import RerankerSettings

async def opened():
    async with open_cross_encoder(RerankerSettings()) as model:
        return model is not None

def outcome():
    try:
        return locate(RerankerSettings().model).revision
    except RaglineError as error:
        return error.code

print(json.dumps({
    "locate": outcome(),
    "opened": sys.argv[1] == "open" and asyncio.run(opened()),
    "torch": "torch" in sys.modules,
}))
"""


@contextmanager
def hub(respond: Callable[[BaseHTTPRequestHandler], object]) -> Iterator[str]:
    """A server in the hub's place, on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            respond(self)

        def log_message(self, *args: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def ask(endpoint: str, home: Path, *, mode: str = "open") -> tuple[dict[str, Any], str, float]:
    """Return the outcome, what was logged, and the seconds it took."""
    env = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HOME": str(home)}
    for name in ("HF_HUB_OFFLINE", "HF_HUB_CACHE", "HF_TOKEN"):
        env.pop(name, None)
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, mode],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    outcome: dict[str, Any] = json.loads(done.stdout)
    return outcome, done.stderr, time.perf_counter() - started


def test_a_hub_that_cannot_be_reached_passes_through_without_loading_torch(tmp_path: Path) -> None:
    outcome, log, _ = ask("http://127.0.0.1:9", tmp_path)
    assert outcome == {"locate": "unavailable", "opened": False, "torch": False}
    assert log.count("reranking is skipped") == 1
    assert "restore the network" in log


def test_a_hub_that_accepts_and_stays_silent_costs_seconds_not_minutes(tmp_path: Path) -> None:
    done = threading.Event()
    with hub(lambda _: done.wait(60)) as endpoint:
        outcome, _, seconds = ask(endpoint, tmp_path, mode="locate")
        done.set()
    assert outcome["locate"] == "unavailable"
    assert seconds < 30


def test_a_model_that_the_hub_does_not_have_is_a_mistake_in_the_settings(tmp_path: Path) -> None:
    def not_found(request: BaseHTTPRequestHandler) -> None:
        request.send_response(404)
        request.send_header("X-Error-Code", "RepoNotFound")
        request.send_header("Content-Length", "0")
        request.end_headers()

    with hub(not_found) as endpoint:
        outcome, log, _ = ask(endpoint, tmp_path)
    assert outcome["locate"] == "misconfigured"
    assert outcome["opened"] is False
    assert "correct the name" in log


@pytest.fixture
def cache(tmp_path: Path, cross_encoder_folder: Path) -> Path:
    """A hub cache that holds the model, as the hub's client lays it out."""
    repository = tmp_path / "hub" / ("models--" + NAME.replace("/", "--"))
    snapshot = repository / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    for file in cross_encoder_folder.iterdir():
        (snapshot / file.name).write_bytes(file.read_bytes())
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    return tmp_path


def test_a_cached_model_loads_without_the_hub(cache: Path) -> None:
    outcome, _, _ = ask("http://127.0.0.1:9", cache)
    assert outcome == {"locate": COMMIT, "opened": True, "torch": True}
