"""Code blocks that a program has written."""

from __future__ import annotations

import pytest

from ragline_generator.extractive.logs import is_log


@pytest.mark.parametrize(
    "code",
    [
        "```\n2031-04-01 12:02:11.564 [info] Started\n2031-04-01 12:02:12 [error] Stopped\n```",
        "12:02:11 started\n12:02:12 stopped",
        "* connected to the press\n* the press refused",
        "Traceback (most recent call last):",
    ],
)
def test_entries_are_a_log(code: str) -> None:
    assert is_log(code)


@pytest.mark.parametrize("code", ["press start --now", "```ini\nlimit = 5\n```", "", "x = error"])
def test_a_command_or_a_setting_is_none(code: str) -> None:
    assert not is_log(code)
