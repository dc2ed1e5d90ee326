"""One parser process, as the service sees it."""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress

from ragline.background import within
from ragline.errors import Unavailable
from ragline_ingestor.sandbox.messages import LENGTH, framed

_START_TIMEOUT_S = 60.0
_END_TIMEOUT_S = 2.0
_BUFFER_BYTES = 1024 * 1024


class ProcessEnded(Exception):
    """The process ended instead of answering."""


class ParserProcess:
    """A process that answers one request at a time, started when it is needed.

    Args:
        command: program and arguments.
        max_reply_bytes: a longer answer is none.
    """

    def __init__(self, command: Sequence[str], *, max_reply_bytes: int) -> None:
        self._command = command
        self._max_reply_bytes = max_reply_bytes
        self._process: Process | None = None
        self._starting = asyncio.Lock()

    @property
    def is_running(self) -> bool:
        """Whether there is a process that has not ended, as far as is known."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start the process unless it runs, and wait until it is ready.

        Raises:
            Unavailable: it cannot be started, or ends or says nothing instead.
        """
        async with self._starting:
            if not self.is_running:
                await self._start()

    async def _start(self) -> None:
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=PIPE, env=_environment(), limit=_BUFFER_BYTES
            )
        except OSError as error:  # for instance too many processes
            raise Unavailable(f"the parser process cannot be started: {error}") from error
        try:
            async with asyncio.timeout(_START_TIMEOUT_S):
                await self._read(self._process)
        except (TimeoutError, ProcessEnded, ValueError) as error:
            code = await self.end()
            raise Unavailable(
                f"the parser process does not start (exit code {code}): its error output says why"
            ) from error
        except BaseException:
            await self.kill()
            raise

    async def ask(self, request: bytes) -> bytes:
        """Return the answer to `request`. Whoever stops waiting for it must `kill` the process.

        Raises:
            ProcessEnded: there is none.
            ValueError: it is too long.
        """
        process = self._process
        if process is None or process.stdin is None:
            raise ProcessEnded
        # one that has ended cannot be written to; reading tells that as well
        with suppress(ConnectionError):
            process.stdin.write(framed(request))
            await process.stdin.drain()
        return await self._read(process)

    async def end(self) -> int | None:
        """Let a process that is ending do so by itself, and return its exit code."""
        if self._process is not None:
            await within(_END_TIMEOUT_S, self._process.wait())
        return await self.kill()

    async def kill(self) -> int | None:
        """Kill the process, if there is one, wait until it is gone, and return its exit code."""
        process, self._process = self._process, None
        if process is None:
            return None
        with suppress(ProcessLookupError):
            process.kill()
        return await process.wait()

    async def _read(self, process: Process) -> bytes:
        if process.stdout is None:
            raise ProcessEnded
        try:
            [length] = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
            if length > self._max_reply_bytes:
                raise ValueError(f"an answer of {length} bytes")
            return await process.stdout.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise ProcessEnded from error


def _environment() -> Mapping[str, str]:
    """Return ours without the settings, some of which are secret; no threads for arithmetic."""
    ours = {key: value for key, value in os.environ.items() if not key.startswith("RAGLINE_")}
    return {**ours, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
