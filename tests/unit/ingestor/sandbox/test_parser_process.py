"""A parser process that cannot be had is a matter of time, not of the document."""

from __future__ import annotations

import pytest

from ragline.errors import Unavailable
from ragline_ingestor.sandbox.parser_process import ParserProcess


async def test_a_program_that_cannot_be_run_is_told() -> None:
    process = ParserProcess(["/nowhere/python"], max_reply_bytes=1)

    with pytest.raises(Unavailable, match="cannot be started"):
        await process.start()
    assert not process.is_running
