"""`python -m tests.load.client`: the readers and the askers, in a separate process.

Prints one line of JSON per phase: `opened` when all streams are open, `streams` when they have
ended, `questions` for the askers.
"""

from __future__ import annotations

import asyncio
import gc
import json
import time
from typing import Annotated, Any

import typer

from .http import Connection, connect

_OPENING_AT_ONCE = 100
_ASKERS = 64
_WARM_UP_S = 5.0


def tell(phase: str, **figures: Any) -> None:
    """Print a phase's figures."""
    print(json.dumps({"phase": phase, **figures}), flush=True)


def percentiles(values: list[float]) -> dict[str, float]:
    """Return p50, p99 and the largest."""
    ranked = sorted(values) or [float("nan")]
    return {
        "p50": ranked[len(ranked) // 2],
        "p99": ranked[min(len(ranked) - 1, int(len(ranked) * 0.99))],
        "max": ranked[-1],
    }


class Readers:
    """Opens streams and measures the delay of each token while all are open."""

    def __init__(self, port: int, seconds: float) -> None:
        self._port = port
        self._seconds = seconds
        self._opening = asyncio.Semaphore(_OPENING_AT_ONCE)
        self.open = asyncio.Semaphore(0)
        self.delays: list[float] = []
        self.answers = 0
        self.steady = False
        self.errors: list[str] = []

    async def one(self) -> None:
        """Ask, follow the stream, and record the delay of each token."""
        try:
            async with self._opening:
                connection = await connect(self._port)
                _, asked = await connection.post(
                    "/v1/queries", {"text": str(self._seconds), "deadline_s": 600}
                )
                following = connection.events(asked["links"]["events"])
                await anext(following)
            self.open.release()
            async for kind, data in following:
                self._note(kind, data)
        except (OSError, EOFError, KeyError, IndexError, StopAsyncIteration) as error:
            self.errors.append(repr(error))
            self.open.release()

    def _note(self, kind: str, data: bytes) -> None:
        now = time.time()
        if kind == "answer":
            self.answers += 1
            self.steady = False
        elif kind == "token" and self.steady:
            for sent in json.loads(data).get("delta", "").split():
                self.delays.append(now - float(sent))


async def read(port: int, streams: int, seconds: float) -> None:
    """Hold `streams` streams open for about `seconds` seconds."""
    readers = Readers(port, seconds)
    began = time.monotonic()
    tasks = [asyncio.create_task(readers.one()) for _ in range(streams)]
    for _ in range(streams):
        await readers.open.acquire()
    tell("opened", seconds=time.monotonic() - began, errors=len(readers.errors))
    readers.steady = True
    await asyncio.gather(*tasks)
    tell(
        "streams",
        answers=readers.answers,
        errors=len(readers.errors),
        first_errors=readers.errors[:3],
        tokens=len(readers.delays),
        delays_s=percentiles(readers.delays),
    )


async def ask(port: int, rate: float, seconds: float) -> None:
    """Ask `rate` questions a second, without waiting until earlier ones are accepted.

    The first five seconds warm everything up and are not measured.
    """
    idle: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(_ASKERS):
        idle.put_nowait(await connect(port))
    latencies: list[float] = []
    statuses: dict[int, int] = {}

    async def one(due: float) -> None:
        connection = await idle.get()
        status, _ = await connection.post("/v1/queries", {"text": "now"})
        if due >= measured_from:
            latencies.append(time.monotonic() - due)
        statuses[status] = statuses.get(status, 0) + 1
        idle.put_nowait(connection)

    began = time.monotonic()
    measured_from = began + _WARM_UP_S
    tasks = []
    for number in range(int(rate * (seconds + _WARM_UP_S))):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        tasks.append(asyncio.create_task(one(due)))
    await asyncio.gather(*tasks)
    tell(
        "questions",
        statuses=statuses,
        per_second=len(tasks) / (time.monotonic() - began),
        latency_s=percentiles(latencies),
    )


def main(
    *,
    port: Annotated[int, typer.Option()],
    streams: Annotated[int, typer.Option()] = 0,
    rate: Annotated[float, typer.Option()] = 0.0,
    seconds: Annotated[float, typer.Option()] = 60.0,
) -> None:
    """Read or ask."""
    gc.disable()  # the client's own pauses would be attributed to the gateway
    asyncio.run(read(port, streams, seconds) if streams else ask(port, rate, seconds))


if __name__ == "__main__":
    typer.run(main)
