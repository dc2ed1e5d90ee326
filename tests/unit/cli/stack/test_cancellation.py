"""Asynchronous work that a stop request cancels."""

from __future__ import annotations

import asyncio
from threading import Event

import pytest

from ragline_cli.errors import Cancelled
from ragline_cli.stack.cancellation import unless_cancelled


async def returned() -> int:
    return 3


async def raised() -> None:
    raise ValueError("no")


async def test_the_result_and_the_error_of_the_work_pass_through() -> None:
    assert await unless_cancelled(returned(), Event()) == 3
    with pytest.raises(ValueError, match="no"):
        await unless_cancelled(raised(), Event())


async def test_a_request_cancels_the_work_and_waits_for_its_end() -> None:
    cancel, ended = Event(), Event()

    async def work() -> None:
        try:
            cancel.set()
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(Cancelled):
        await unless_cancelled(work(), cancel)
    assert ended.is_set()
