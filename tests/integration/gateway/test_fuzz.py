"""Schemathesis reads the OpenAPI document and sends what it allows, and what it does not.

No request makes a server error; every answer is one that the document describes; what breaks the
document is refused, without credentials nothing is let in. `schemathesis.toml` beside this file
names the checks that are left out, and why.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from pydantic import SecretStr

from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.views import RedisViews
from ragline.api_keys.files import KeyEntry, entry_as_toml
from ragline.api_keys.form import KeyScope, digest_of, make_key
from ragline.clock import utc_now
from ragline.ports.views import PipelineState
from ragline.settings import RedisSettings, StoreKind, VectorStoreSettings
from ragline.testing.stub_pipeline import StubPipeline
from ragline_gateway.settings import Settings

from .conftest import Script, at_once, started

Scripted = Callable[[Script], Awaitable[StubPipeline]]
_CONFIG = Path(__file__).with_name("schemathesis.toml")
_LIMIT_S = 400
# More with `RAGLINE_FUZZ_EXAMPLES`, for a long run by hand
_EXAMPLES = os.environ.get("RAGLINE_FUZZ_EXAMPLES", "20")


@asynccontextmanager
async def watched(settings: RedisSettings) -> AsyncIterator[None]:
    """Tell about the pipeline as a monitor does."""

    async def watch() -> None:
        async with open_redis(settings) as redis:
            while True:
                state = PipelineState(stages=(), dead_letters=0, seen_at=utc_now())
                await RedisViews(redis).note_pipeline(state)
                await asyncio.sleep(1)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def test_the_api_keeps_to_its_own_document(
    make_settings: Callable[..., Settings], scripted: Scripted, tmp_path: Path, postgres_url: str
) -> None:
    await scripted(at_once)
    key = make_key("fuzz")
    rights = KeyEntry(
        id="fuzz", sha256=digest_of(key).hex(), tenant="fuzz", scopes=frozenset(KeyScope)
    )
    (tmp_path / "keys.toml").write_text(entry_as_toml(rights))
    settings = make_settings(
        anonymous_tenant=None,
        keys_file=str(tmp_path / "keys.toml"),
        requests_per_minute=10_000_000,
    )
    store = VectorStoreSettings(kind=StoreKind.PGVECTOR, url=SecretStr(postgres_url))
    settings = settings.model_copy(update={"vector_store": store})
    async with watched(settings.redis), started(settings) as replica:
        code, report = await fuzz(f"{replica.url}/openapi.json", key, tmp_path)
    assert code == 0, report


async def fuzz(document: str, key: str, folder: Path) -> tuple[int, str]:
    """Run Schemathesis and return its exit code and report."""
    command = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
    assert command is not None
    running = await asyncio.create_subprocess_exec(
        command,
        f"--config-file={_CONFIG}",
        "run",
        document,
        "--phases=examples,coverage,fuzzing,stateful",
        f"--header=Authorization:Bearer {key}",
        f"--max-examples={_EXAMPLES}",
        "--seed=20261124",
        "--generation-database=none",
        "--request-timeout=20",
        "--no-color",
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(_LIMIT_S):
        output, _ = await running.communicate()
    report = output.decode()
    print(report)  # noqa: T201 - pytest shows it where it fails, and with -s
    return running.returncode or 0, report
