"""How much a model has to do, as metrics: what waits for it, and what it reads together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:  # the command line names models, and has no metrics to import
    from ragline.observability.metrics import Metrics

T = TypeVar("T")
R = TypeVar("R")


class ModelLoad:
    """Counts the items, texts or pairs of texts, that are given to the model called `model`.

    Without `metrics` it counts for nobody.
    """

    def __init__(self, metrics: Metrics | None, model: str) -> None:
        self._metrics = metrics
        self._model = model
        self._waiting = 0

    @contextmanager
    def waiting(self, items: int) -> Iterator[None]:
        """Count `items` as waiting for their results while the block runs."""
        self._change(items)
        try:
            yield
        finally:
            self._change(-items)

    def read(self, items: int) -> None:
        """Count a batch of `items`."""
        if self._metrics is not None:
            self._metrics.observe("ragline_model_batch_items", items, model=self._model)

    def reading(
        self, run: Callable[[list[T]], Awaitable[Sequence[R]]]
    ) -> Callable[[list[T]], Awaitable[Sequence[R]]]:
        """Return `run`, whose batches are counted."""

        async def counted(items: list[T]) -> Sequence[R]:
            self.read(len(items))
            return await run(items)

        return counted

    def _change(self, items: int) -> None:
        self._waiting += items
        if self._metrics is not None:
            self._metrics.set("ragline_model_waiting", self._waiting, model=self._model)
