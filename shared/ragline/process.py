"""Runs a service as a process: settings, logs, probes, stop on SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import platform
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import TypeVar

from pydantic import ValidationError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential

from ragline import __version__
from ragline.background import beside, cancelled
from ragline.contracts import bounds
from ragline.errors import Misconfigured, PermanentError, TransientError
from ragline.observability.event_loop import watch_event_loop
from ragline.observability.health import Health
from ragline.observability.logs import configure_logging
from ragline.observability.metrics import Metrics
from ragline.observability.probes import serve_probes
from ragline.respawn import respawn
from ragline.settings import ServiceSettings, problems

log = logging.getLogger(__name__)

SettingsT = TypeVar("SettingsT", bound=ServiceSettings)
T = TypeVar("T")
Work = Callable[[SettingsT, asyncio.Event, Health, Metrics], Coroutine[None, None, None]]


def instance_name() -> str:
    """Return a name that this process shares with no other that runs."""
    return f"{socket.gethostname()}/{os.getpid()}"[-bounds.NAME_CHARS :]


def run_process(
    name: str,
    settings: type[SettingsT],
    work: Work[SettingsT],
    *,
    preload: Callable[[SettingsT], None] = lambda _: None,
) -> None:
    """Run `work` until SIGTERM or SIGINT; exit code 2 when the settings cannot work.

    With `RAGLINE_PROCESS__RESPAWNS` a worker runs it, and another one if a signal ends that; what
    `preload` imports and reads is there in each of them.
    `work` gets the settings, the event that asks it to stop, the health state and the metrics.
    """
    try:
        read = settings()
    except ValidationError as error:
        places = "\n".join(f"  {problem}" for problem in problems(error))
        sys.exit(f"ragline-{name}: these settings cannot be used:\n{places}")
    except Misconfigured as error:
        sys.exit(f"ragline-{name}: these settings cannot be used:\n  {error}")
    configure_logging(read.log, service=f"ragline-{name}")
    try:
        if read.process.respawns:
            preload(read)
        respawn(read.process.respawns)
        asyncio.run(_run(name, read, work))
    except PermanentError as error:
        log.critical("cannot run: %s", error)
        sys.exit(2)


async def _run(name: str, settings: SettingsT, work: Work[SettingsT]) -> None:
    stop = _stop_on_signals()
    health, metrics = Health(), Metrics()
    python = platform.python_version()
    metrics.set("ragline_build_info", 1, service=name, version=__version__, python=python)
    async with (
        serve_probes(settings.http, health, metrics) as port,
        beside(watch_event_loop(metrics)),
    ):
        log.info("%s: probes on port %d", name, port)
        working = asyncio.create_task(work(settings, stop, health, metrics))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if health.waiting is not None:
            # a stop was requested while it still waits for a dependency
            await cancelled(working)
            return
        with contextlib.suppress(asyncio.CancelledError):
            await working


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def once_available(health: Health, call: Callable[[], Awaitable[T]]) -> T:
    """Retry `call` while a dependency is down; `health` and the log say which one."""

    def note(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        health.waiting = f"waiting: {error}"
        log.warning("%s", health.waiting)

    retrying = AsyncRetrying(
        retry=retry_if_exception_type(TransientError),
        wait=wait_exponential(multiplier=0.5, max=5),
        before_sleep=note,
        reraise=True,
    )

    async def attempt() -> T:
        return await call()

    return await retrying(attempt)
