"""`ragline demo` as a user runs it, without a terminal and on one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from tests.integration.stack.conftest import Home


QUESTION = "How long must the kiln cool before its door is opened?"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "kiln.md").write_text(
        "# Firing the kiln\n\nThe kiln must cool for eighteen hours before its door is opened.\n"
    )
    return folder


def line_with(demo: subprocess.Popen[str], text: str) -> str:
    """Return the next line that contains `text`."""
    assert demo.stdout is not None
    seen = []
    for line in demo.stdout:
        seen.append(line)
        if text in line:
            return line
    raise AssertionError(f"no line with {text!r} in {''.join(seen)}")


def test_the_demo_answers_with_sources_and_stops_everything(home: Home, docs: Path) -> None:
    demo = home.run("demo", "--docs", str(docs), "--question", QUESTION)
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert "eighteen hours" in demo.stdout
    assert re.search(r"\[1\] Firing the kiln \(kiln\.md v\d+, characters \d+-\d+\)", demo.stdout)
    assert re.search(r"classifier \d+ · retriever \d+ .* total \d+ ms", demo.stdout)
    assert "from the command to the first answer" in demo.stdout
    assert re.search(r"^console  http://127\.0\.0\.1:\d+/$", demo.stdout, re.MULTILINE)
    assert home.processes() == []
    assert not (home.path / "demo" / "embedded" / "postgres").exists()


@pytest.mark.slow
def test_on_a_terminal_the_console_stays_up_until_the_end_of_input(home: Home, docs: Path) -> None:
    ours, its = os.openpty()
    demo = home.start("demo", "--docs", str(docs), "--question", QUESTION, stdin=its)
    console = line_with(demo, "console  http").split()[1]
    assert "Ctrl-D ends both" in line_with(demo, "Your questions")
    os.write(ours, f"\n{QUESTION}\n".encode())
    assert "eighteen hours" in line_with(demo, "eighteen")
    assert httpx.get(console).is_success
    asked = httpx.post(
        f"{console}v1/queries",
        json={"text": QUESTION},
        headers={"Prefer": "wait=60"},
        timeout=PATIENCE_S,
    )
    assert "eighteen hours" in asked.json()["answer"]["text"]
    os.write(ours, b"\x04")
    demo.communicate(timeout=PATIENCE_S)
    os.close(ours)
    os.close(its)
    assert demo.returncode == 0
    assert home.processes() == []


def test_interrupted_while_it_ingests_the_demo_leaves_nothing_running(home: Home) -> None:
    demo = home.start("demo")
    log = home.path / "demo" / "logs" / "ingestor.log"
    assert home.eventually(
        lambda: log.exists() and "partitions assigned" in log.read_text(), within_s=PATIENCE_S
    )
    demo.send_signal(signal.SIGINT)
    output, _ = demo.communicate(timeout=PATIENCE_S)
    assert demo.returncode == 1
    assert "Traceback" not in output
    assert home.processes() == []
