"""The second configuration's stages, which stay open while the shadow runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Any

from ragline.adapters.stores.opening import has_collection
from ragline.background import beside
from ragline.clock import Clock
from ragline.contracts.answers import QueryAnswered
from ragline.contracts.queries import QuerySubmitted
from ragline.errors import Misconfigured, TransientError
from ragline_evaluation.shadow.asking import ask, asked_now, failed
from ragline_evaluation.stages import QueryStages, open_query_stages
from ragline_retriever.settings import Settings as RetrieverSettings

OpenStages = Callable[[], AbstractAsyncContextManager[QueryStages]]

_PAUSE_S = 5.0


@asynccontextmanager
async def open_stages() -> AsyncIterator[QueryStages]:
    """Compose the stages with the environment's settings, without creating anything in the store.

    Raises:
        Unavailable: the store is down, or a model's hub does not answer.
        Misconfigured: settings that cannot work, or a collection that does not exist.
    """
    store = RetrieverSettings().vector_store
    if not await has_collection(store):
        raise Misconfigured(
            f"the store has no collection {store.collection}, and a shadow creates none: name an "
            "existing one (RAGLINE_VECTOR_STORE__COLLECTION)"
        )
    async with open_query_stages() as stages:
        yield stages


class ShadowStages:
    """Answers with the second configuration; while it is not open, every answer is the reason."""

    def __init__(self, open_stages: OpenStages, *, clock: Clock, pause_s: float) -> None:
        self.problem: Exception | None = None
        self.tried = asyncio.Event()
        self._open = open_stages
        self._clock = clock
        self._pause_s = pause_s
        self._stages: QueryStages | None = None

    async def answer(
        self, query: QuerySubmitted, *, appended_at: datetime, deadline: datetime | None
    ) -> QueryAnswered:
        """Return the shadow's answer to a live question, whatever goes wrong."""
        now = self._clock()
        asked = asked_now(query, appended_at=appended_at, deadline=deadline, now=now)
        if self._stages is not None:
            return await ask(self._stages, asked, clock=self._clock)
        problem = self.problem or TransientError("the second configuration is being opened")
        return failed(asked, problem, at=now)

    async def keep_open(self) -> None:
        """Open the stages, retry while a dependency is down, and keep them open until cancelled."""
        while True:
            try:
                async with self._open() as stages:
                    self._stages, self.problem = stages, None
                    self.tried.set()
                    await asyncio.Event().wait()
            except Exception as error:
                self.problem = error
                self.tried.set()
                if not isinstance(error, TransientError):
                    return
            finally:
                self._stages = None
            await asyncio.sleep(self._pause_s)


@asynccontextmanager
async def open_shadow_stages(
    open_stages: OpenStages,
    *,
    clock: Clock,
    until: Coroutine[Any, Any, None],
    pause_s: float = _PAUSE_S,
) -> AsyncIterator[ShadowStages]:
    """Open the second configuration; if its store is down, open it as soon as the store is up.

    Models take long to load: when `until` returns, the wait for them is cancelled.

    Raises:
        PermanentError: the configuration can never work.
    """
    stages = ShadowStages(open_stages, clock=clock, pause_s=pause_s)
    async with beside(stages.keep_open()):
        await _either(stages.tried.wait(), until)
        if stages.problem is not None and not isinstance(stages.problem, TransientError):
            raise stages.problem
        yield stages


async def _either(*works: Coroutine[Any, Any, object]) -> None:
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
