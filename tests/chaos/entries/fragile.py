"""A service that dies of some records, as of a crash in a library or of too much memory.

`python -m tests.chaos.entries.fragile <service>` runs it.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from ragline.messaging.composition import Composition
from ragline.messaging.serve import serve
from ragline.messaging.service import ServiceSpec
from ragline.observability.metrics import Metrics

from ..attacks import KILLER


class FragileStage:
    """A stage that dies before it works on a record with the deadly text."""

    def __init__(self, stage: Any) -> None:
        self._stage = stage

    async def __call__(self, event: Any) -> Any:
        """Call the stage, or end the process as the kernel would."""
        text = getattr(event, "content", None) or getattr(event, "text", None) or ""
        if KILLER in text:
            os.kill(os.getpid(), signal.SIGKILL)
        return await self._stage(event)


def fragile(spec: ServiceSpec) -> ServiceSpec:
    """Return the service with such a stage."""

    @asynccontextmanager
    async def compose(settings: Any, metrics: Metrics, **known: Any) -> AsyncIterator[Composition]:
        async with spec.compose(settings, metrics, **known) as composition:
            yield replace(composition, stage=FragileStage(composition.stage))

    return replace(spec, compose=compose)


if __name__ == "__main__":
    serve(fragile(importlib.import_module(f"ragline_{sys.argv[1]}.app").SPEC))
