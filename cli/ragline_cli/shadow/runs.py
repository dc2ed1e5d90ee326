"""Questions under way: run by the second configuration, then paired with their live answer."""

from __future__ import annotations

import asyncio

from ragline.clock import Clock
from ragline_cli.shadow.live_answers import LiveAnswers
from ragline_cli.shadow.second import Second
from ragline_cli.shadow.taken import Taken
from ragline_cli.shadow.terms import Counts, Terms
from ragline_evaluation.shadow.measure import Pair
from ragline_evaluation.shadow.tally import Tally

# The reader of answers may be a moment behind that of questions
_LEAST_WAIT_S = 1.0
# Those that wait for their live answer cost memory; beyond it no more are taken
_MOST = 1_000


class Runs:
    """Runs questions side by side.

    Args:
        terms: how many at once, and how long their live answers are waited for.
        second: answers them.
        live: the live answers.
        tally: gets the pairs.
        counts: gets what becomes of the questions.
        clock: the current instant, aware.
    """

    def __init__(
        self,
        *,
        terms: Terms,
        second: Second,
        live: LiveAnswers,
        tally: Tally,
        counts: Counts,
        clock: Clock,
    ) -> None:
        self._terms = terms
        self._second = second
        self._live = live
        self._tally = tally
        self._counts = counts
        self._clock = clock
        self._places = asyncio.Semaphore(terms.at_once)
        self._tasks: dict[asyncio.Task[None], Taken] = {}
        self._landed = asyncio.Event()
        self.defect: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def under_way(self) -> int:
        """How many are run or wait for their live answer."""
        return len(self._tasks)

    @property
    def enough(self) -> bool:
        """Whether there are as many pairs as wanted."""
        return self._terms.limit is not None and self._counts.pairs >= self._terms.limit

    async def room(self) -> None:
        """Wait until another question may be taken, or until there are enough."""
        while not self.enough and self._full():
            self._landed.clear()
            await self._landed.wait()

    async def place(self, taken: Taken) -> bool:
        """Wait for a place to run a question; False when it gets too old meanwhile."""
        seconds = self._terms.behind_s - self._age(taken)
        if seconds <= 0:
            return False
        try:
            async with asyncio.timeout(seconds):
                await self._places.acquire()
        except TimeoutError:
            return False
        return True

    def leave(self) -> None:
        """Give a place back that no question is run on."""
        self._places.release()

    def start(self, taken: Taken) -> None:
        """Run a question that has a place."""
        self._live.expect(taken.attempt)
        task = asyncio.create_task(self._run(taken))
        self._tasks[task] = taken
        task.add_done_callback(self._land)

    def pass_over(self, taken: Taken) -> None:
        """Be done with a question that is not run."""
        self._live.settle(taken.attempt)
        taken.done()

    def abandon(self) -> None:
        """Stop work on all questions, as if they had not been read: they will be read again."""
        for task, taken in self._unfinished():
            task.cancel()
            self._live.forget(taken.attempt)

    async def end(self) -> None:
        """Give up what is under way, and be done with it."""
        for task, taken in self._unfinished():
            task.cancel()
            self._counts.given_up += 1
            self.pass_over(taken)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _full(self) -> bool:
        limit = self._terms.limit
        wanted = _MOST if limit is None else limit - self._counts.pairs
        return self.under_way >= min(wanted, _MOST)

    def _unfinished(self) -> list[tuple[asyncio.Task[None], Taken]]:
        return [(task, taken) for task, taken in self._tasks.items() if not task.done()]

    async def _run(self, taken: Taken) -> None:
        try:
            shadow = await self._second.answer(
                taken.query, appended_at=taken.appended_at, deadline=taken.deadline
            )
        finally:
            self._places.release()
        seconds = max(self._terms.wait_s - self._age(taken), _LEAST_WAIT_S)
        live = await self._live.answer_to(taken.attempt, seconds=seconds)
        self._tally.ran(shadow)
        if live is None:
            self._counts.unpaired += 1
        else:
            self._tally.add(Pair(question=taken.query.text, live=live, shadow=shadow))
            self._counts.pairs += 1
        self.pass_over(taken)

    def _age(self, taken: Taken) -> float:
        return (self._clock() - taken.appended_at).total_seconds()

    def _land(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        self._landed.set()
        if not task.cancelled() and (error := task.exception()) and not self.defect.done():
            self.defect.set_exception(error)
