"""The model hub: its cache first, and quick, clear outcomes when it does not give the model.

The hub's address and cache are read when its client is imported, so each case is a process.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
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
from tests.patience import PATIENCE_S

from ragline.model_settings import PINNED_COMMITS, RerankerSettings

NAME = "cross-encoder/ms-marco-MiniLM-L-6-v2"
COMMIT = RerankerSettings().commit or ""
SCRIPT = """
import asyncio, json, sys
from ragline.adapters.models import open_cross_encoder
from ragline.adapters.models.files import locate
from ragline.errors import RaglineError
from ragline.model_settings import RerankerSettings

async def opened():
    async with open_cross_encoder(RerankerSettings()) as model:
        return model.missing() is None

def outcome():
    settings = RerankerSettings()
    try:
        return locate(settings.model, settings.commit, also=settings.network_file).revision
    except RaglineError as error:
        return error.code

print(json.dumps({
    "locate": outcome(),
    "opened": sys.argv[1] == "open" and asyncio.run(opened()),
    "torch": "torch" in sys.modules,
}))
"""
COMES_LATER = """
import asyncio, json
from ragline.adapters.models import late, open_cross_encoder
from ragline.errors import Unavailable
from ragline.model_settings import RerankerSettings

late._FIRST_S = late._JITTER_S = 0.05

async def main():
    async with open_cross_encoder(RerankerSettings()) as model:
        first = model.missing()
        try:
            await model.score("when do queues expire", ["unused ones expire"])
        except Unavailable as error:
            print(json.dumps({"missing": first, "score": error.code}), flush=True)
        while model.missing() is not None:
            await asyncio.sleep(0.05)
        scores = await model.score("when do queues expire", ["unused ones expire"])
        print(json.dumps({"scores": scores, "model": model.model_id}))

asyncio.run(main())
"""


@contextmanager
def hub(respond: Callable[[BaseHTTPRequestHandler], object]) -> Iterator[str]:
    """A server in the hub's place, on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            respond(self)

        def do_HEAD(self) -> None:
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
    started = time.perf_counter()
    done = run(SCRIPT, mode, endpoint=endpoint, home=home)
    outcome: dict[str, Any] = json.loads(done.stdout)
    return outcome, done.stderr, time.perf_counter() - started


def run(script: str, *argv: str, endpoint: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a script against the hub at `endpoint`, with its cache in `home`."""
    env = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HOME": str(home)}
    for name in ("HF_HUB_OFFLINE", "HF_HUB_CACHE", "HF_TOKEN"):
        env.pop(name, None)
    return subprocess.run(
        [sys.executable, "-c", script, *argv],
        env=env,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )


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
    shutil.copytree(cross_encoder_folder, snapshot, dirs_exist_ok=True)
    return tmp_path


def test_a_cached_model_loads_without_the_hub(cache: Path) -> None:
    outcome, _, _ = ask("http://127.0.0.1:9", cache)
    assert outcome == {"locate": COMMIT, "opened": True, "torch": False}


class WaveringHub:
    """Serves a model folder as the pinned commit, but only from the third attempt on.

    The first attempt gets no listing, the second one not the weights. `asked` are the revisions.
    """

    def __init__(self, folder: Path) -> None:
        self._files = {
            file.relative_to(folder).as_posix(): file.read_bytes()
            for file in folder.rglob("*")
            if file.is_file()
        }
        self.asked: list[str] = []

    def __call__(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path.partition("?")[0]
        if path.startswith(f"/api/models/{NAME}/revision/"):
            self.asked.append(path.rpartition("/")[2])
            listed = {"id": NAME, "sha": COMMIT, "siblings": []}
            self._send(request, json.dumps(listed).encode(), fails=len(self.asked) == 1)
        elif path.startswith(f"/api/models/{NAME}/tree/"):
            tree = [
                {"type": "file", "path": name, "size": len(content), "oid": _oid(content)}
                for name, content in self._files.items()
            ]
            self._send(request, json.dumps(tree).encode())
        else:
            name = path.partition(f"/resolve/{COMMIT}/")[2]
            fails = len(self.asked) == 2 and name.endswith(".onnx")
            self._send(request, self._files[name], fails=fails)

    @staticmethod
    def _send(request: BaseHTTPRequestHandler, body: bytes, *, fails: bool = False) -> None:
        request.send_response(403 if fails else 200)
        request.send_header("Content-Length", "0" if fails else str(len(body)))
        request.send_header("ETag", f'"{_oid(body)}"')
        request.send_header("X-Repo-Commit", COMMIT)
        request.end_headers()
        if not fails and request.command == "GET":
            request.wfile.write(body)


def _oid(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def test_a_model_that_cannot_be_had_at_first_comes_later(
    tmp_path: Path, cross_encoder_folder: Path
) -> None:
    wavering = WaveringHub(cross_encoder_folder)
    with hub(wavering) as endpoint:
        done = run(COMES_LATER, endpoint=endpoint, home=tmp_path)
    before, after = map(json.loads, done.stdout.splitlines())
    assert before["score"] == "unavailable"
    assert COMMIT in before["missing"]
    assert after["model"] == NAME
    assert 0 <= after["scores"][0] <= 1
    assert wavering.asked == [COMMIT] * 3, "only the pinned commit is ever asked for"
    assert done.stderr.count("reranking is skipped") == 1


@pytest.mark.parametrize("commit", PINNED_COMMITS.values())
def test_default_models_are_pinned_to_a_commit(commit: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{40}", commit)
