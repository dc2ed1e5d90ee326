"""`ragline demo` as a user runs it, without a terminal."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.integration.stack.conftest import Home


def test_the_demo_answers_with_sources_and_stops_everything(home: Home, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "kiln.md").write_text(
        "# Firing the kiln\n\nThe kiln must cool for eighteen hours before its door is opened.\n"
    )
    question = "How long must the kiln cool before its door is opened?"
    demo = home.run("demo", "--docs", str(docs), "--question", question, timeout=590)
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert "eighteen hours" in demo.stdout
    assert re.search(r"\[1\] Firing the kiln \(kiln\.md v\d+, characters \d+-\d+\)", demo.stdout)
    assert re.search(r"classifier \d+ · retriever \d+ .* total \d+ ms", demo.stdout)
    assert "from the command to the first answer" in demo.stdout
    assert re.search(r"^console  http://127\.0\.0\.1:\d+/$", demo.stdout, re.MULTILINE)
    assert home.processes() == []
    assert not (home.path / "demo" / "embedded" / "postgres").exists()


def test_interrupted_while_it_ingests_the_demo_leaves_nothing_running(home: Home) -> None:
    demo = home.start("demo")
    log = home.path / "demo" / "logs" / "ingestor.log"
    assert home.eventually(
        lambda: log.exists() and "partitions assigned" in log.read_text(), within_s=400
    )
    demo.send_signal(signal.SIGINT)
    output, _ = demo.communicate(timeout=150)
    assert demo.returncode == 1
    assert "Traceback" not in output
    assert home.processes() == []
