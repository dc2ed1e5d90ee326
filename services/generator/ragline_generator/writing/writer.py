"""Calls the language model, with time limits and retries."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ragline.clock import Clock
from ragline.errors import (
    CircuitOpen,
    DeadlineExceeded,
    RaglineError,
    TransientError,
    Unavailable,
)
from ragline.ports.models import ChatMessage, LanguageModel
from ragline_generator.broadcast import Broadcast
from ragline_generator.validation.marker_filter import MarkerFilter
from ragline_generator.writing.answer_stream import CHARS_PER_TOKEN, AnswerStream, Written, read
from ragline_generator.writing.cost import ModelCall

_log = logging.getLogger(__name__)

# Transient errors for which a retry within the same question is useless
_FINAL = (CircuitOpen, DeadlineExceeded)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterLimits:
    """Bounds on the model's part of the work, in seconds.

    `reserve_s` of the remaining time is kept for checking and publishing; if less than `least_s` is
    left after that, the model is not called. A failed call is retried, up to `attempts` calls in
    total, after the wait that the server asked for or about `backoff_s`, if the time allows it.
    """

    timeout_s: float
    reserve_s: float
    least_s: float
    attempts: int
    backoff_s: float = 0.5


class Writer:
    """Calls the model and forwards its text while it is written."""

    def __init__(
        self,
        model: LanguageModel,
        *,
        limits: WriterLimits,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._model = model
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter

    @property
    def model_id(self) -> str:
        """The primary model's name."""
        return self._model.model_id

    async def write(
        self,
        messages: Sequence[ChatMessage],
        *,
        markers: range,
        max_tokens: int,
        deadline: datetime | None,
        broadcast: Broadcast,
        spent: list[ModelCall],
    ) -> Written | None:
        """Return the answer, or None when the model failed or there is too little time for it.

        Failed calls that must be paid for are added to `spent`.
        """
        for attempt in range(1, self._limits.attempts + 1):
            time_left = self._time_left(deadline)
            if time_left < self._limits.least_s:
                return None
            try:
                return await self._once(messages, markers, max_tokens, time_left, broadcast, spent)
            except RaglineError as error:
                _log.warning("the language model failed (attempt %d): %s", attempt, error)
                if attempt == self._limits.attempts or not await self._may_retry(error, deadline):
                    return None
        return None

    def _time_left(self, deadline: datetime | None) -> float:
        if deadline is None:
            return self._limits.timeout_s
        left = (deadline - self._clock()).total_seconds() - self._limits.reserve_s
        return min(self._limits.timeout_s, left)

    async def _may_retry(self, error: RaglineError, deadline: datetime | None) -> bool:
        """Wait before a retry; return False if it is useless or there is no time for it."""
        if not isinstance(error, TransientError) or isinstance(error, _FINAL):
            return False
        asked = error.retry_after
        wait = self._limits.backoff_s * (0.5 + self._jitter()) if asked is None else asked
        if wait + self._limits.least_s > self._time_left(deadline):
            return False
        await self._sleep(wait)
        return True

    async def _once(
        self,
        messages: Sequence[ChatMessage],
        markers: range,
        max_tokens: int,
        timeout: float,
        broadcast: Broadcast,
        spent: list[ModelCall],
    ) -> Written:
        await broadcast.start()
        take = AnswerStream(
            broadcast,
            Written(call=ModelCall(model=self.model_id)),
            MarkerFilter(markers),
            room=max_tokens * CHARS_PER_TOKEN,
        )
        stream = self._model.stream(messages, max_tokens=max_tokens, timeout=timeout)
        try:
            await read(stream, take)
            written = await take.complete()
            if written.empty:
                raise Unavailable("the language model answered without any content")
        except RaglineError:
            spent += take.calls
            raise
        spent += take.calls[:-1]
        return written
