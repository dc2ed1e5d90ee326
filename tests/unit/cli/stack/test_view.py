"""What a start shows while it takes its time."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from ragline.contracts.topics import Service
from ragline_cli.stack.launcher import Launcher
from ragline_cli.stack.parts import PartState, StackPart
from ragline_cli.stack.services import ServiceProcess
from ragline_cli.stack.view import StartView, parts_table, starting_line


@pytest.fixture
def part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., StackPart]:
    def make(service: Service, state: PartState, activity: str = "") -> StackPart:
        server = ServiceProcess(service, tmp_path, addresses={}, log=tmp_path / "x.log")
        monkeypatch.setattr(server, "_activity", activity)
        made = StackPart(server)
        made.become(state)
        return made

    return make


def test_the_line_names_what_is_awaited_and_since_when(part: Callable[..., StackPart]) -> None:
    parts = [
        part(Service.GATEWAY, PartState.READY),
        part(Service.RETRIEVER, PartState.STARTING, "waiting: Kafka [::1]:1 does not answer"),
        part(Service.RERANKER, PartState.STARTING),
        part(Service.MONITOR, PartState.STARTING, "waiting: Kafka [::1]:1 does not answer"),
        part(Service.INGESTOR, PartState.STARTING, "a long story " * 100),
    ]
    line = starting_line(parts)
    assert line.startswith(
        "still starting after 0 s: retriever, monitor (waiting: Kafka [::1]:1 does not answer); "
        "reranker; ingestor (a long story a long"
    )
    assert line.endswith(" …)")
    assert len(line) < 300
    assert starting_line(parts[:1]) == ""


def test_the_table_shows_what_a_part_waits_for(part: Callable[..., StackPart]) -> None:
    written = io.StringIO()
    table = parts_table([part(Service.RETRIEVER, PartState.STARTING, "no answer [yet]")])
    Console(file=written, width=80).print(table)
    assert "no answer [yet]" in written.getvalue()


def test_without_a_terminal_the_line_comes_again_until_the_start_is_over(
    part: Callable[..., StackPart],
) -> None:
    class Written(io.StringIO):
        """Lets the start be over once the line has come twice."""

        def write(self, text: str) -> int:
            count = super().write(text)
            if self.getvalue().count("still starting after") >= 2:
                waiting.become(PartState.READY)
                twice.set()
            return count

    twice, waiting = Event(), part(Service.RETRIEVER, PartState.STARTING, "the store is away")
    console = Console(file=Written(), width=80)
    launcher: Any = SimpleNamespace(parts={"retriever": waiting})
    with StartView(console, remind_s=0.001).live(cast("Launcher", launcher)):
        twice.wait()
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().count("(the store is away)\n") == 2
