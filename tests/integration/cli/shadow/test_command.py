"""`ragline shadow` as a process of its own: it says when it listens, and ends with its report."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.patience import PATIENCE_S

from ragline.contracts.indexes import Index
from ragline_cli.shadow.configuration import COLLECTION

from .conftest import ALARMS, QUEUES, LivePipeline

COMMAND = (sys.executable, "-m", "ragline_cli.main", "shadow")


@pytest.fixture
def name() -> str:
    return f"test-{uuid4().hex[:8]}"


@contextmanager
def started(
    pipeline: LivePipeline, folder: Path, *arguments: str
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*COMMAND, "--bootstrap", pipeline.bootstrap, "--share", "1", *arguments],
            env=os.environ | pipeline.environment,
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process, log
    finally:
        process.kill()
        process.wait(PATIENCE_S)


def wait_for(log: Path, text: str, timeout: float = PATIENCE_S) -> None:
    until = time.monotonic() + timeout
    while text not in log.read_text(errors="replace"):
        assert time.monotonic() < until, log.read_text(errors="replace")
        time.sleep(0.1)


def wait_until_committed(pipeline: LivePipeline, name: str) -> None:
    """Wait until the shadow is done with questions that came after it began."""
    sizes = asyncio.run(pipeline.sizes())
    until = time.monotonic() + PATIENCE_S
    while asyncio.run(pipeline.both_committed(name))[0] < sizes["queries"]:
        assert time.monotonic() < until
        time.sleep(0.5)


def test_sigterm_ends_it_with_the_report(pipeline: LivePipeline, name: str, tmp_path: Path) -> None:
    arguments = ("--name", name, "--collection", pipeline.second)
    with started(pipeline, tmp_path, *arguments) as (process, log):
        wait_for(log, "listens")
        asked = pipeline.publish_all(QUEUES, ALARMS)
        wait_until_committed(pipeline, name)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0, log.read_text()
    folder = tmp_path / "build/reports/shadow" / name
    report = json.loads((folder / "report.json").read_text())
    assert report["run"]["traffic"]["pairs"] == 2
    assert report["run"]["settings"][0]["name"] == COLLECTION
    assert report["most_different"][0]["query_id"] == asked[1]
    text = (folder / "report.md").read_text()
    assert "| answered | 1 | 1 | 0 | 0 |" in text
    everything = text + json.dumps(report) + log.read_text()
    assert ALARMS not in everything  # texts are shown on request only
    assert "memory alarm" not in everything


@pytest.mark.slow
def test_it_searches_the_live_index_or_the_one_that_is_named(
    pipeline: LivePipeline, name: str, tmp_path: Path
) -> None:
    """The second collection, which lacks "Alarms", is the live index meanwhile."""
    settings = {COLLECTION.removeprefix("RAGLINE_"): pipeline.second}
    with pipeline.live_index(Index(name="second", settings=settings)):
        found: dict[tuple[str, ...], dict[str, Any]] = {}
        for index in ((), ("--index", "base")):
            folder = tmp_path / "-".join(("out", *index))
            folder.mkdir()
            told = ("--name", f"{name}-{len(found)}", "--limit", "1", "--out", str(folder / "out"))
            with started(pipeline, folder, *told, *index) as (process, log):
                wait_for(log, "listens")
                pipeline.publish_all(ALARMS)
                assert process.wait(PATIENCE_S) == 0, log.read_text()
            found[index] = json.loads((folder / "out" / "report.json").read_text())
    live, base = found.values()
    assert live["statuses"] == [["answered", "refused", 1]]
    assert live["run"]["settings"] == []
    assert base["statuses"] == [["answered", "answered", 1]]
    assert [each["name"] for each in base["run"]["settings"]] == [COLLECTION]
    assert base["run"]["settings"][0]["otherwise"] == pipeline.second


def test_programs_get_the_report_as_json_and_kill_loses_no_question(
    pipeline: LivePipeline, name: str, tmp_path: Path
) -> None:
    with started(pipeline, tmp_path, "--name", name) as (process, log):
        wait_for(log, "listens")
        process.kill()
    pipeline.publish_all(QUEUES)
    options = ("--share", "1", "--limit", "1", "--behind", "300", "--wait", "310")
    command = [*COMMAND, "--name", name, *options, "--bootstrap", pipeline.bootstrap]
    finished = subprocess.run(
        [*command, "--json", "--show-text", "--out", str(tmp_path / "out")],
        env=os.environ | pipeline.environment,
        capture_output=True,
        check=True,
        timeout=280,
    )
    report = json.loads(finished.stdout)  # and nothing else is on it
    assert report["pairs"] == 1
    assert report["run"]["settings"] == []
    assert (tmp_path / "out/report.md").exists()
