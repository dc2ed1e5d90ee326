"""A second language model behind the first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, TypeVar

from ragline.errors import DeadlineExceeded, RaglineError
from ragline.ports.models import ChatMessage, Delta, LanguageModel

T = TypeVar("T")

# The primary must begin its answer within this share of the available time
_PRIMARY_SHARE = 0.5


class FallbackModel:
    """Asks `primary`; `fallback` answers when the primary failed before it sent any text."""

    def __init__(self, primary: LanguageModel, fallback: LanguageModel) -> None:
        self._primary = primary
        self._fallback = fallback

    @property
    def model_id(self) -> str:
        """The primary model's name."""
        return self._primary.model_id

    async def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        max_tokens: int,
        timeout: float,
        stop: Sequence[str] = (),
    ) -> AsyncGenerator[Delta, None]:
        """Stream a completion; the last delta names the model that wrote it.

        Raises:
            RaglineError: the fallback's error, or the primary's if it had already sent text.
        """
        ends_at = _now() + timeout
        begun = False
        own = self._primary.stream(messages, max_tokens=max_tokens, timeout=timeout, stop=stop)
        try:
            async with aclosing(_begun_within(own, timeout * _PRIMARY_SHARE)) as deltas:
                async for delta in deltas:
                    begun = begun or bool(delta.text)
                    yield delta
        except RaglineError:
            if begun:
                raise
        else:
            return
        left = ends_at - _now()
        other = self._fallback.stream(messages, max_tokens=max_tokens, timeout=left, stop=stop)
        async with aclosing(other) as deltas:
            async for delta in deltas:
                yield delta

    async def complete_json(
        self, messages: Sequence[ChatMessage], *, schema: dict[str, Any], timeout: float
    ) -> dict[str, Any]:
        """Return one JSON object that fits `schema`.

        Raises:
            RaglineError: the fallback's error.
        """

        async def ask(model: LanguageModel, seconds: float) -> dict[str, Any]:
            return await model.complete_json(messages, schema=schema, timeout=seconds)

        return await self._either(ask, timeout)

    async def write_json(
        self,
        messages: Sequence[ChatMessage],
        *,
        schema: dict[str, Any],
        max_tokens: int,
        timeout: float,
    ) -> Delta:
        """Return text that a server was told to fit to `schema`; it names the model.

        Raises:
            RaglineError: the fallback's error.
        """

        async def ask(model: LanguageModel, seconds: float) -> Delta:
            return await model.write_json(
                messages, schema=schema, max_tokens=max_tokens, timeout=seconds
            )

        return await self._either(ask, timeout)

    async def _either(
        self, ask: Callable[[LanguageModel, float], Awaitable[T]], timeout: float
    ) -> T:
        ends_at = _now() + timeout
        try:
            return await ask(self._primary, timeout * _PRIMARY_SHARE)
        except RaglineError:
            return await ask(self._fallback, ends_at - _now())


async def _begun_within(
    deltas: AsyncGenerator[Delta, None], seconds: float
) -> AsyncGenerator[Delta, None]:
    async with aclosing(deltas):
        try:
            async with asyncio.timeout(seconds):
                first = await anext(deltas, None)
        except TimeoutError as error:
            raise DeadlineExceeded("the primary language model took too long to begin") from error
        if first is not None:
            yield first
        async for delta in deltas:
            yield delta


def _now() -> float:
    return asyncio.get_running_loop().time()
