"""`ragline eval conversations`: what a rewritten turn finds, in a real store and without one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ragline_cli.main import app

PAGES = {
    "queues": "A queue keeps messages in the order in which publishers sent them.",
    "alarms": "A memory alarm blocks publishers until consumers have caught up.",
    "users": "Administrators add accounts and set passwords on the command line.",
}
JUDGED = """
[[conversations]]
turns = [
  { text = "What is a memory alarm?" },
  { kind = "pronoun", text = "What does it do?", gold = "What does a memory alarm do?", \
holds = ["alarm"], relevant = ["alarms.md"] },
]
"""


@pytest.mark.parametrize("searched_with", ["plan", "bm25s"])
def test_a_pronoun_finds_the_page_of_what_it_stands_for(
    searched_with: str, environment: dict[str, str], tmp_path: Path
) -> None:
    docs, judged, out = (tmp_path / name for name in ("docs", "judged", "out"))
    docs.mkdir()
    judged.mkdir()
    (judged / "english.toml").write_text(JUDGED)
    for name, text in PAGES.items():
        (docs / f"{name}.md").write_text(f"# All about {name}\n\n{text}\n")
    command = ["eval", "conversations", "--data", str(judged), "--documents", str(docs)]
    command += ["--config", searched_with, "--out", str(out)]
    result = CliRunner().invoke(app, command, env=environment, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    found = json.loads((out / "report.json").read_text())
    assert found["all"][0]["right"] == {"bare": 0.0, "rewritten": 1.0, "gold": 1.0}
    (retrieved,) = found["retrieval"]
    assert retrieved["means"]["rewritten"] == {"nDCG@10": 1.0, "recall@10": 1.0}
    assert (out / "report.svg").read_text().startswith("<?xml")
