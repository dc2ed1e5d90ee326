"""What each peer's program is given, and the lines by which it is asked.

A request is one line of JSON on standard input, `{"id": 1, "ask": "text"}` or `{"id": 2, "embed":
"text"}`; its answer is one on standard output, in whatever order they come: `{"id": 1, "documents":
[...]}`, best first, `{"id": 2, "vector": [...]}`, or `{"id": 1, "error": "..."}`. The first line is
`{"ready": {package: version}}`. The end of the input ends the program.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any, Protocol, TextIO

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A passage: its text with title and headings, and the document that it is of."""

    id: str
    document: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a peer works with.

    Attributes:
        chunks: a file with one chunk a line.
        vectors: a file of float32, shape (chunks, dimensions): the unit vectors of `chunks`.
        model: a folder with `model.onnx` and its tokenizer.
        prefix: what the model wants before a question.
        index: a folder that keeps the peer's index for its next start.
        depth: passages of each search.
        threads: of onnxruntime.
    """

    chunks: Path
    vectors: Path
    model: Path
    prefix: str
    index: Path
    depth: int
    threads: int

    def read_chunks(self) -> list[Chunk]:
        """Return the chunks."""
        with self.chunks.open(encoding="utf-8") as lines:
            return [Chunk(**json.loads(line)) for line in lines]

    def read_vectors(self) -> NDArray[np.float32]:
        """Return the chunks' vectors."""
        vectors: NDArray[np.float32] = np.load(self.vectors)
        return vectors


class Peer(Protocol):
    """A peer whose index is ready."""

    def ask(self, question: str) -> Sequence[str]:
        """Return the document of each passage found, best first; repeated ones are allowed."""
        ...

    def embed(self, question: str) -> Sequence[float]:
        """Return the vector that `ask` searches with."""
        ...


def run(open_peer: Callable[[Task], Peer], packages: Sequence[str]) -> None:
    """Open the peer that the command line describes, and answer until the input ends."""
    arguments = _arguments()
    workers = arguments.pop("workers")
    told = _own_output()
    peer = open_peer(Task(**arguments))
    _tell(told, {"ready": {name: version(name) for name in packages}})
    serve(peer, sys.stdin, told, workers=workers)


def serve(peer: Peer, asked: Iterable[str], told: TextIO, *, workers: int) -> None:
    """Answer each line of `asked` on `told`, `workers` of them at a time."""
    lock = Lock()

    def answer(request: dict[str, Any]) -> None:
        try:
            found = _answered(peer, request)
        except Exception as error:
            found = {"error": f"{type(error).__name__}: {error}"}
        with lock:
            _tell(told, {"id": request["id"], **found})

    with ThreadPoolExecutor(workers) as pool:
        for line in asked:
            pool.submit(answer, json.loads(line))


def _answered(peer: Peer, request: dict[str, Any]) -> dict[str, Any]:
    if "embed" in request:
        return {"vector": list(peer.embed(request["embed"]))}
    return {"documents": list(dict.fromkeys(peer.ask(request["ask"])))}


def _tell(told: TextIO, message: dict[str, Any]) -> None:
    told.write(json.dumps(message) + "\n")
    told.flush()


def _own_output() -> TextIO:
    """Return standard output, on which nothing else writes from now on: libraries print."""
    told = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return told


def _arguments() -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    for name in ("chunks", "vectors", "model", "index"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    for name in ("depth", "threads", "workers"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--prefix", required=True)
    return vars(parser.parse_args())
