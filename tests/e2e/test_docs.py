"""Every example of the pages for users works as it stands, addresses and durations aside."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
from markdown_it import MarkdownIt
from mcp import StdioServerParameters, stdio_client
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from tests.patience import PATIENCE_S

from ragline.contracts.base import Event
from ragline.contracts.documents import DocumentAccessChanged, DocumentChanged
from ragline.contracts.feedback import FeedbackGiven
from ragline.contracts.queries import QuerySubmitted

from .conftest import Pipeline

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "ask-over-kafka",
    "ask-over-http",
    "publish-documents",
    "dead-letters",
    "feedback",
)
# whose commands have tests of their own
LONG = ("ask-over-mcp", "operate", "shadow-traffic", "upgrade")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A fenced block of a page."""

    page: str
    line: int
    language: str
    text: str


def examples(page: str) -> Iterator[Example]:
    """Yield the fenced blocks of a page, in order."""
    for token in MarkdownIt().parse((ROOT / "docs" / f"{page}.md").read_text()):
        if token.type == "fence":
            assert token.map is not None
            yield Example(page=page, line=token.map[0] + 1, language=token.info, text=token.content)


class Runner:
    """Runs examples against a pipeline; a page's examples share a folder."""

    def __init__(self, pipeline: Pipeline, folder: Path) -> None:
        self._pipeline = pipeline
        self._folder = folder
        (folder / "handbook").mkdir()
        (folder / "handbook" / "parking.md").write_text("# Parking\n\nAsk at the front desk.\n")
        self._environment = {
            **os.environ,
            **pipeline.launcher.plan.addresses.environment(),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "RAGLINE_KEY": pipeline.key,
            "COLUMNS": "200",
        }

    def run(self, example: Example) -> None:
        """Run one example.

        Raises:
            AssertionError: it fails.
        """
        text = self._addressed(example.text)
        match example.language:
            case "json":
                fields = json.loads(text)
                if servers := fields.get("mcpServers", fields.get("servers")):
                    asyncio.run(self._connect(servers["ragline"]))
                else:
                    event_of(fields)
            case "python":
                self._execute(example, [sys.executable, "-c", text])
            case "sh":
                self._execute(example, ["bash", "-euo", "pipefail", "-c", text])
            case "console":
                for line in re.findall(r"^\$ (.*)$", text, re.MULTILINE):
                    self._execute(example, ["bash", "-euo", "pipefail", "-c", line])
            case "crontab":
                for (
                    line
                ) in text.splitlines():  # five times, then the command; cron reads `\%` as `%`
                    command = line.split(maxsplit=5)[5].replace("\\%", "%")
                    self._execute(example, ["bash", "-euo", "pipefail", "-c", command])
            case "sql":
                asyncio.run(self._query(text))
            case other:
                raise AssertionError(f"nobody runs examples in {other!r}")

    async def _connect(self, server: dict[str, Any]) -> None:
        """Open an MCP server as a client with this configuration does, and list its tools."""
        async with AsyncExitStack() as stack:
            if "url" in server:
                http = httpx2.AsyncClient(headers=server["headers"])
                await stack.enter_async_context(http)
                transport = streamable_http_client(server["url"], http_client=http)
            else:
                environment = {"PATH": self._environment["PATH"], **server["env"]}
                transport = stdio_client(
                    StdioServerParameters(
                        command=server["command"], args=server["args"], env=environment
                    )
                )
            client = await stack.enter_async_context(Client(transport))
            assert (await client.list_tools()).tools

    async def _query(self, text: str) -> None:
        """Run the statements one by one, as psql does."""
        connection = await asyncpg.connect(self._environment["RAGLINE_VECTOR_STORE__URL"])
        try:
            for statement in filter(str.strip, text.split(";")):
                await connection.execute(statement)
        finally:
            await connection.close()

    def _addressed(self, text: str) -> str:
        addresses = self._pipeline.launcher.plan.addresses
        ours = {
            "localhost:9092": addresses.kafka.bootstrap_servers,
            "http://localhost:8080": addresses.gateway.url.rstrip("/"),
            "/srv/ragline": str(self._folder),
            "--for 3600": "--for 5",
            "YOUR-KEY": self._pipeline.key,
            "${input:ragline-key}": self._pipeline.key,
            "${env:RAGLINE_KEY}": self._pipeline.key,
        }
        for theirs, own in ours.items():
            text = text.replace(theirs, own)
        return text

    def _execute(self, example: Example, command: list[str]) -> None:
        done = subprocess.run(
            command,
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        where = f"docs/{example.page}.md:{example.line}"
        assert done.returncode == 0, f"{where}\n{command[-1]}\n{done.stdout}\n{done.stderr}"


def event_of(fields: dict[str, object]) -> Event:
    """Return the event that a JSON example is."""
    if "rating" in fields:
        return FeedbackGiven.model_validate(fields)
    if "query_id" in fields:
        return QuerySubmitted.model_validate(fields)
    if set(fields) == {"document_id", "version", "access"}:
        return DocumentAccessChanged.model_validate(fields)
    return DocumentChanged.model_validate(fields)


# one store is enough: nothing on these pages depends on it
@pytest.mark.parametrize("pipeline", ["pgvector"], indirect=True, scope="package")
@pytest.mark.parametrize("page", [*PAGES, *(pytest.param(p, marks=pytest.mark.slow) for p in LONG)])
def test_each_example_of_the_page_works(pipeline: Pipeline, tmp_path: Path, page: str) -> None:
    runner = Runner(pipeline, tmp_path)
    found = list(examples(page))
    for example in found:
        runner.run(example)

    assert found


def test_each_page_is_named_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()

    assert [page for page in (*PAGES, *LONG) if f"docs/{page}.md" not in readme] == []
