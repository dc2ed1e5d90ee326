"""Runs questions through the second configuration, and pairs them with their live answers."""

from __future__ import annotations

import asyncio

from ragline.clock import Clock
from ragline_cli.shadow.live_answers import LiveAnswers
from ragline_cli.shadow.options import Counts, ShadowOptions
from ragline_cli.shadow.question import LiveQuestion
from ragline_cli.shadow.shadow_stages import ShadowStages
from ragline_evaluation.shadow.measure import Pair
from ragline_evaluation.shadow.tally import Tally

# The reader of answers may be slightly behind the reader of questions
_LEAST_WAIT_S = 1.0
# Questions that wait for their live answer use memory; at this number no more are taken
_MOST = 1_000


class Runs:
    """Runs questions concurrently.

    Args:
        options: how many at once, and how long to wait for their live answers.
        stages: answer the questions with the second configuration.
        live: the live answers.
        tally: receives the pairs.
        counts: counts the questions by outcome.
        clock: the current instant, aware.
    """

    def __init__(
        self,
        *,
        options: ShadowOptions,
        stages: ShadowStages,
        live: LiveAnswers,
        tally: Tally,
        counts: Counts,
        clock: Clock,
    ) -> None:
        self._options = options
        self._stages = stages
        self._live = live
        self._tally = tally
        self._counts = counts
        self._clock = clock
        self._places = asyncio.Semaphore(options.at_once)
        self._tasks: dict[asyncio.Task[None], LiveQuestion] = {}
        self._landed = asyncio.Event()
        self.defect: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def under_way(self) -> int:
        """How many questions are running or waiting for their live answer."""
        return len(self._tasks)

    @property
    def enough(self) -> bool:
        """Whether there are as many pairs as wanted."""
        return self._options.limit is not None and self._counts.pairs >= self._options.limit

    async def room(self) -> None:
        """Wait until another question may be taken, or until there are enough."""
        while not self.enough and self._full():
            self._landed.clear()
            await self._landed.wait()

    async def place(self, question: LiveQuestion) -> bool:
        """Wait for a free slot to run a question; False if it gets too old meanwhile."""
        seconds = self._options.behind_s - self._age(question)
        if seconds <= 0:
            return False
        try:
            async with asyncio.timeout(seconds):
                await self._places.acquire()
        except TimeoutError:
            return False
        return True

    def leave(self) -> None:
        """Release a slot without running a question."""
        self._places.release()

    def start(self, question: LiveQuestion) -> None:
        """Run a question that has a slot."""
        self._live.expect(question.attempt)
        task = asyncio.create_task(self._run(question))
        self._tasks[task] = question
        task.add_done_callback(self._land)

    def pass_over(self, question: LiveQuestion) -> None:
        """Mark a question as finished without running it further."""
        self._live.settle(question.attempt)
        question.done()

    def abandon(self) -> None:
        """Stop work on all questions, as if they had not been read: they will be read again."""
        for task, question in self._unfinished():
            task.cancel()
            self._live.forget(question.attempt)

    async def end(self) -> None:
        """Cancel the questions in progress, and mark them as finished."""
        for task, question in self._unfinished():
            task.cancel()
            self._counts.given_up += 1
            self.pass_over(question)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _full(self) -> bool:
        limit = self._options.limit
        wanted = _MOST if limit is None else limit - self._counts.pairs
        return self.under_way >= min(wanted, _MOST)

    def _unfinished(self) -> list[tuple[asyncio.Task[None], LiveQuestion]]:
        return [(task, question) for task, question in self._tasks.items() if not task.done()]

    async def _run(self, question: LiveQuestion) -> None:
        try:
            shadow = await self._stages.answer(
                question.query, appended_at=question.appended_at, deadline=question.deadline
            )
        finally:
            self._places.release()
        seconds = max(self._options.wait_s - self._age(question), _LEAST_WAIT_S)
        live = await self._live.answer_to(question.attempt, seconds=seconds)
        self._tally.ran(shadow)
        if live is None:
            self._counts.unpaired += 1
        else:
            self._tally.add(Pair(question=question.query.text, live=live, shadow=shadow))
            self._counts.pairs += 1
        self.pass_over(question)

    def _age(self, question: LiveQuestion) -> float:
        return (self._clock() - question.appended_at).total_seconds()

    def _land(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        self._landed.set()
        if not task.cancelled() and (error := task.exception()) and not self.defect.done():
            self.defect.set_exception(error)
