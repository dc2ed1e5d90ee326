"""A peer's program and the driver that asks it: the real protocol, with a peer that is none."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import numpy as np
import pytest

from ragline.errors import Unavailable
from ragline_evaluation.compare.program import Program, ProgramLine

EVALUATION = Path(__file__).resolve().parents[3] / "evaluation"
PEER = """
import os, sys, threading
from peers.protocol import run

class Words:
    def __init__(self, task):
        self.chunks = task.read_chunks()
        self.both = threading.Barrier(2)
        print("a library that prints")

    def ask(self, question):
        if question == "fail":
            raise ValueError("no such word")
        if question == "end":
            os._exit(3)
        if question == "two":
            self.both.wait(timeout=300)
        return [c.document for c in self.chunks if question in c.text] * 2

    def embed(self, question):
        return [1.0, 0.5]

run(Words, ["numpy"])
"""


@pytest.fixture
def line(tmp_path: Path) -> ProgramLine:
    (tmp_path / "peer.py").write_text(PEER)
    (tmp_path / "chunks.jsonl").write_text(
        '{"id": "a#0", "document": "a", "text": "one two"}\n'
        '{"id": "b#0", "document": "b", "text": "two\u2028three"}\n',
        encoding="utf-8",
    )
    options = {
        "chunks": tmp_path / "chunks.jsonl",
        "vectors": tmp_path / "vectors.npy",
        "model": tmp_path,
        "index": tmp_path,
        "prefix": "query: ",
        "depth": 10,
        "threads": 1,
        "workers": 2,
    }
    given = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    return ProgramLine(
        name="Words",
        argv=(sys.executable, str(tmp_path / "peer.py"), *given),
        env={"PYTHONPATH": str(EVALUATION)},
    )


async def test_a_program_tells_what_it_is_made_of_and_answers(
    line: ProgramLine, tmp_path: Path
) -> None:
    async with Program(line, log=tmp_path / "log") as program:
        assert program.versions == {"numpy": np.__version__}
        assert await program.ask("three") == ["b"]
        assert await program.embed("three") == [1.0, 0.5]
    assert "a library that prints" in (tmp_path / "log").read_text()


async def test_questions_are_worked_on_at_the_same_time(line: ProgramLine, tmp_path: Path) -> None:
    async with Program(line, log=tmp_path / "log") as program:
        found = await asyncio.gather(program.ask("two"), program.ask("two"))
    assert list(found) == [["a", "b"], ["a", "b"]]


async def test_an_error_of_a_peer_is_told_and_the_next_question_answered(
    line: ProgramLine, tmp_path: Path
) -> None:
    async with Program(line, log=tmp_path / "log") as program:
        with pytest.raises(Unavailable, match="no such word"):
            await program.ask("fail")
        assert await program.ask("one") == ["a"]


async def test_a_program_that_ends_leaves_nobody_waiting(line: ProgramLine, tmp_path: Path) -> None:
    async with Program(line, log=tmp_path / "log") as program:
        with pytest.raises(Unavailable, match="ended"):
            await program.ask("end")
        with pytest.raises(Unavailable, match="ended"):
            await program.ask("one")


async def test_a_program_that_cannot_start_says_where_its_output_is(tmp_path: Path) -> None:
    line = ProgramLine(name="Broken", argv=(sys.executable, "-c", "raise SystemExit('no')"))
    with pytest.raises(Unavailable, match="log"):
        async with Program(line, log=tmp_path / "log"):
            pass
    assert (tmp_path / "log").read_text().strip() == "no"
