"""A program that is asked by lines of JSON, as `evaluation/peers/protocol.py` describes them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ragline.errors import Unavailable

_LONGEST_LINE = 1 << 22
_PATIENCE_S = 900.0  # a first start builds the index
_GRACE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramLine:
    """How a program is started; `cwd` is its working directory."""

    name: str
    argv: Sequence[str]
    cwd: Path | None = None
    env: Mapping[str, str] | None = None


@dataclass(slots=True, kw_only=True)
class _Waiting:
    by_number: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    last: int = 0


class Program:
    """A running program; an async context manager.

    Raises:
        Unavailable: it ended, or did not answer in time; says where its output is.
    """

    def __init__(self, line: ProgramLine, *, log: Path) -> None:
        self.name = line.name
        self._line = line
        self._log = log
        self._waiting = _Waiting()
        self._ready: asyncio.Future[dict[str, str]]
        self._process: asyncio.subprocess.Process
        self._reading: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        """Start it and wait until it is ready."""
        self._ready = asyncio.get_running_loop().create_future()
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._line.argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=self._line.cwd,
                env=self._line.env,
                limit=_LONGEST_LINE,
            )
        self._reading = asyncio.create_task(self._read())
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await asyncio.shield(self._ready)
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End its input, which ends it; kill it if it goes on."""
        assert self._process.stdin is not None  # noqa: S101  # it was asked for
        self._process.stdin.close()
        try:
            async with asyncio.timeout(_GRACE_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reading

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def versions(self) -> Mapping[str, str]:
        """The versions of the packages that it is made of."""
        return self._ready.result()

    async def ask(self, question: str) -> list[str]:
        """Return the documents that it finds, best first."""
        found = await self._request({"ask": question})
        documents: list[str] = found["documents"]
        return documents

    async def embed(self, question: str) -> list[float]:
        """Return the vector that it searches with."""
        found = await self._request({"embed": question})
        vector: list[float] = found["vector"]
        return vector

    async def _request(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None  # noqa: S101  # it was asked for
        if self._reading.done():
            raise self._ended()
        self._waiting.last += 1
        number = self._waiting.last
        answered: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting.by_number[number] = answered
        self._process.stdin.write(json.dumps({"id": number, **request}).encode() + b"\n")
        try:
            return await answered
        finally:
            del self._waiting.by_number[number]

    async def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101  # it was asked for
        while line := await self._process.stdout.readline():
            self._take(json.loads(line))
        for waiting in (self._ready, *self._waiting.by_number.values()):
            if not waiting.done():
                waiting.set_exception(self._ended())

    def _take(self, message: dict[str, Any]) -> None:
        if "ready" in message:
            self._ready.set_result(message["ready"])
            return
        answered = self._waiting.by_number.get(message["id"])
        if answered is None or answered.done():
            return
        if "error" in message:
            answered.set_exception(Unavailable(f"{self.name}: {message['error']}"))
        else:
            answered.set_result(message)

    def _ended(self) -> Unavailable:
        return Unavailable(f"{self.name} ended; its output is in {self._log}")
