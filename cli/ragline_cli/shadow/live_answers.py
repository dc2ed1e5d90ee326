"""Matches live answers with the shadow's questions: either may arrive first and wait."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from ragline.contracts.answers import QueryAnswered
from ragline.ports.answers import Attempt

LetGo = Callable[[], None]

_SETTLED = 50_000


@dataclass(frozen=True, slots=True)
class _Held:
    answer: QueryAnswered
    appended_ms: float
    let_go: LetGo


class LiveAnswers:
    """Matches answers and questions, whichever arrives first.

    `let_go` of an answer is called once it can no longer be needed, so that its record counts as
    read. Settled questions are remembered for a while, so that repeated records are recognised.
    """

    def __init__(self) -> None:
        self._held: dict[Attempt, _Held] = {}
        self._waiting: dict[Attempt, asyncio.Future[QueryAnswered]] = {}
        self._settled: OrderedDict[Attempt, None] = OrderedDict()

    @property
    def held(self) -> int:
        """How many answers are kept."""
        return len(self._held)

    def knows(self, attempt: Attempt) -> bool:
        """Tell whether the question is in progress or settled."""
        return attempt in self._waiting or attempt in self._settled

    def expect(self, attempt: Attempt) -> None:
        """Note that the shadow works on a question: its answer is kept, however old it is."""
        self._waiting[attempt] = asyncio.get_running_loop().create_future()
        if attempt in self._held:
            self._waiting[attempt].set_result(self._held[attempt].answer)

    async def answer_to(self, attempt: Attempt, *, seconds: float) -> QueryAnswered | None:
        """Return the live answer to an expected question, or None if none arrives in time."""
        waiting = self._waiting[attempt]
        await asyncio.wait([waiting], timeout=seconds)
        return waiting.result() if waiting.done() else None

    def settle(self, attempt: Attempt) -> None:
        """Note that a question is finished; its answer is released, now or when it arrives."""
        self.forget(attempt)
        if (held := self._held.pop(attempt, None)) is not None:
            held.let_go()
        self._settled[attempt] = None
        if len(self._settled) > _SETTLED:
            self._settled.popitem(last=False)

    def forget(self, attempt: Attempt) -> None:
        """Note that work on a question stopped, as if the question had not been read."""
        if (waiting := self._waiting.pop(attempt, None)) is not None:
            waiting.cancel()

    def arrived(self, answer: QueryAnswered, *, appended_ms: float, let_go: LetGo) -> None:
        """Keep an answer for its question."""
        attempt = Attempt.of(answer)
        if attempt in self._settled or attempt in self._held:
            let_go()
            return
        self._held[attempt] = _Held(answer, appended_ms, let_go)
        if (waiting := self._waiting.get(attempt)) is not None and not waiting.done():
            waiting.set_result(answer)

    def let_go_of_older(self, than_ms: float) -> None:
        """Release answers appended before an instant in epoch ms, unless they are expected."""
        old = [
            attempt
            for attempt, held in self._held.items()
            if held.appended_ms < than_ms and attempt not in self._waiting
        ]
        for attempt in old:
            self._held.pop(attempt).let_go()
