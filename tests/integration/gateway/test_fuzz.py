"""Schemathesis reads the OpenAPI document and sends what it allows, and what it does not.

No request makes a server error; every answer is one that the document describes; what breaks the
document is refused, and what follows it is not.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from ragline.testing.stub_pipeline import StubPipeline
from ragline_gateway.settings import Settings

from .conftest import Script, at_once, started

Scripted = Callable[[Script], Awaitable[StubPipeline]]
_LIMIT_S = 300
# More with `RAGLINE_FUZZ_EXAMPLES`, for a long run by hand
_EXAMPLES = os.environ.get("RAGLINE_FUZZ_EXAMPLES", "25")


async def test_the_api_keeps_to_its_own_document(
    make_settings: Callable[..., Settings], scripted: Scripted, tmp_path: Path
) -> None:
    await scripted(at_once)
    command = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
    assert command is not None
    async with started(make_settings(requests_per_minute=10_000_000)) as replica:
        fuzzing = await asyncio.create_subprocess_exec(
            command,
            "run",
            f"{replica.url}/openapi.json",
            "--checks=all",
            "--phases=examples,coverage,fuzzing,stateful",
            f"--max-examples={_EXAMPLES}",
            "--seed=20261124",
            "--generation-database=none",
            "--request-timeout=20",
            "--no-color",
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        async with asyncio.timeout(_LIMIT_S):
            output, _ = await fuzzing.communicate()

    report = output.decode()
    print(report)  # noqa: T201 - pytest shows it where it fails, and with -s
    assert fuzzing.returncode == 0, report
