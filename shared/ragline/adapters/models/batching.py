"""Micro-batching: items of concurrent callers are run together, one batch at a time.

A model reads a batch of 16 texts in far less time than 16 single texts, and the callers that arrive
while a batch runs form the next one. Waiting is bounded: an item joins the next batch at most
`max_wait` seconds after it arrived. If the model was busy for longer than that, it waits no more.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Self, TypeVar

from ragline.errors import Unavailable
from ragline.observability.semantic_conventions import TEXTS
from ragline.observability.tracer import Span, active_span, shared_child

T = TypeVar("T")
R = TypeVar("R")
Run = Callable[[list[T]], Awaitable[Sequence[R]]]


@dataclass(frozen=True, slots=True)
class _Pending(Generic[T, R]):
    item: T
    result: asyncio.Future[R]
    leaves_at: float
    span: Span


class MicroBatcher(Generic[T, R]):
    """Runs single items of concurrent callers in batches; an async context manager.

    Args:
        run: computes one result per item, in order; it must not block the event loop.
        max_size: most items in a batch.
        max_wait: most seconds that an item waits for others to join its batch.
        max_pending: most items in flight; beyond it `submit` waits.
    """

    def __init__(
        self,
        run: Run[T, R],
        *,
        max_size: int,
        max_wait: float,
        max_pending: int = 1_024,
    ) -> None:
        self._run = run
        self._max_size = max_size
        self._max_wait = max_wait
        self._pending: deque[_Pending[T, R]] = deque()
        self._places = asyncio.Semaphore(max_pending)
        self._arrived = asyncio.Event()
        self._full = asyncio.Event()
        self._closing = False
        self._server: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._server = asyncio.create_task(self._serve(), name="micro-batcher")
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __len__(self) -> int:
        """Return how many items wait for a batch."""
        return len(self._pending)

    async def submit(self, item: T) -> R:
        """Return the result of `item`; cancelling the caller withdraws only its own item.

        Raises:
            Unavailable: the batcher is closed.
            Exception: what `run` raised for this item.
        """
        async with self._places:
            if self._closing or self._server is None:
                raise Unavailable("the model is shutting down; try again on another replica")
            loop = asyncio.get_running_loop()
            pending: _Pending[T, R] = _Pending(
                item, loop.create_future(), loop.time() + self._max_wait, active_span()
            )
            self._pending.append(pending)
            self._announce()
            return await pending.result

    async def submit_many(self, items: Sequence[T]) -> list[R]:
        """Return the results of `items`, in order; batches may also hold other callers' items."""
        return list(await asyncio.gather(*(self.submit(item) for item in items)))

    async def aclose(self) -> None:
        """Accept no new items, run the waiting ones, and stop."""
        self._closing = True
        self._arrived.set()
        self._full.set()
        if self._server is not None:
            await self._server

    def _announce(self) -> None:
        self._arrived.set()
        if len(self._pending) >= self._max_size:
            self._full.set()

    async def _serve(self) -> None:
        batch: list[_Pending[T, R]] = []
        try:
            while await self._something_pending():
                await self._fill()
                if batch := self._take():
                    await self._answer(batch)
        finally:  # no caller may be left waiting for a batcher that was stopped half-way
            for pending in (*batch, *self._pending):
                pending.result.cancel()

    async def _something_pending(self) -> bool:
        while not self._pending and not self._closing:
            self._arrived.clear()
            await self._arrived.wait()
        return bool(self._pending)

    async def _fill(self) -> None:
        """Wait until the batch is full or its oldest item has waited long enough."""
        if len(self._pending) >= self._max_size or self._closing:
            return
        self._full.clear()
        try:
            async with asyncio.timeout_at(self._pending[0].leaves_at):
                await self._full.wait()
        except TimeoutError:
            return

    def _take(self) -> list[_Pending[T, R]]:
        batch: list[_Pending[T, R]] = []
        while self._pending and len(batch) < self._max_size:
            pending = self._pending.popleft()
            if not pending.result.done():  # spend no model time on a cancelled caller
                batch.append(pending)
        return batch

    async def _answer(self, batch: list[_Pending[T, R]]) -> None:
        spans = (pending.span for pending in batch)
        try:
            with shared_child(spans, "batch", {TEXTS: len(batch)}):
                results = await self._run([pending.item for pending in batch])
            for pending, result in zip(batch, results, strict=True):
                if not pending.result.done():
                    pending.result.set_result(result)
        except Exception as error:
            await self._answer_alone(batch, error)

    async def _answer_alone(self, batch: list[_Pending[T, R]], error: Exception) -> None:
        """Run the items of a failed batch one by one, so that a bad item fails alone."""
        if len(batch) > 1:
            for pending in batch:
                await self._answer([pending])
        elif not batch[0].result.done():
            batch[0].result.set_exception(error)
