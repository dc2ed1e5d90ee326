"""What is done from time to time goes on after a failure and ends with its block."""

from __future__ import annotations

import asyncio

import pytest

from ragline_monitor.repeating import repeating


async def test_a_call_that_fails_is_logged_and_made_again(caplog: pytest.LogCaptureFixture) -> None:
    calls = 0
    often = asyncio.Event()

    async def call() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            often.set()
        raise RuntimeError("a bug")

    async with repeating(call, every_s=0.001), asyncio.timeout(5):
        await often.wait()
    ended = calls
    await asyncio.sleep(0.01)
    assert calls == ended
    assert "a bug" in caplog.text
