"""Runs asynchronous work that a stop request, set by a signal handler or a thread, cancels."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from threading import Event
from typing import TypeVar

from ragline_cli.errors import Cancelled

_LOOK_S = 0.1
T = TypeVar("T")


async def unless_cancelled(work: Coroutine[None, None, T], cancel: Event) -> T:
    """Return the result of `work`, or cancel it soon after `cancel` is set.

    Raises:
        Cancelled: `cancel` was set first.
        Exception: what `work` raised.
    """
    task = asyncio.create_task(work)
    while not task.done():
        if cancel.is_set():
            task.cancel()
        await asyncio.wait({task}, timeout=_LOOK_S)
    if task.cancelled():
        raise Cancelled("stopped")
    return task.result()
