"""A command starts fast: it imports what it uses, when it uses it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ragline_cli.late_commands import LateCommand
from ragline_cli.main import Commands

# What takes long to import. `aiokafka` is what commands that talk to Kafka begin with
KAFKA = {"aiokafka"}
HEAVY = {
    "asyncpg",
    "confluent_kafka",
    "fastapi",
    "faststream",
    "grpc",
    "httpx",
    "httpx2",
    "lxml",
    "mcp",
    "numpy",
    "onnxruntime",
    "openai",
    "prometheus_client",
    "redis",
    "sentence_transformers",
    "tokenizers",
    "torch",
    "transformers",
    "weaviate",
    "xllamacpp",
}
NAMES = [each.name for each in Commands.late]
_RUN = """
import contextlib, json, os, sys
from ragline_cli.main import app
for arguments in json.loads(sys.argv[1]):
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(sys.stderr):
        app(arguments)
print(json.dumps(sorted(sys.modules)))
"""


def imported(*commands: list[str], home: Path) -> set[str]:
    """Run the commands in a new process, and return what it has imported in the end."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN, json.dumps(commands)],
        env={**os.environ, "RAGLINE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_list_of_commands_imports_none_of_them(tmp_path: Path) -> None:
    found = imported(["--help"], home=tmp_path)
    assert not {name for name in found if name.startswith("ragline.contracts")}
    assert not found & (HEAVY | KAFKA | {"pydantic", "asyncio"})


def test_the_help_of_no_command_imports_a_client_or_a_model(tmp_path: Path) -> None:
    found = imported(*([name, "--help"] for name in NAMES), home=tmp_path)
    assert not found & (HEAVY | KAFKA)


@pytest.mark.parametrize(
    "command", [["ask", "why?"], ["topics", "apply"], ["ingest", __file__], ["feedback", "list"]]
)
def test_a_command_reaches_its_first_call_with_one_client(
    command: list[str], tmp_path: Path
) -> None:
    """Nothing listens on port 1."""
    found = imported([*command, "--bootstrap", "127.0.0.1:1"], home=tmp_path)
    assert found > KAFKA
    assert not found & HEAVY


def test_the_status_imports_no_client(tmp_path: Path) -> None:
    assert not imported(["status"], home=tmp_path) & (HEAVY | KAFKA)


@pytest.mark.parametrize("late", Commands.late, ids=NAMES)
def test_the_list_says_of_a_command_what_its_help_begins_with(late: LateCommand) -> None:
    found = late.load()
    assert found.name == late.name
    helped = found.help.replace("\n", " ")
    assert helped == late.summary or helped.startswith(f"{late.summary} ")
