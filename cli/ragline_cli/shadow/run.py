"""The life of a shadow: open, read questions, pair answers, commit; then stop gracefully."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from ragline.background import repeating
from ragline.clock import Clock, utc_now
from ragline.contracts.topics import ANSWERS, QUERIES
from ragline.settings import KafkaSettings
from ragline_cli.shadow.groups import begin, open_answers, open_member
from ragline_cli.shadow.listener import Listener
from ragline_cli.shadow.live_answers import LiveAnswers
from ragline_cli.shadow.options import Counts, ShadowOptions
from ragline_cli.shadow.questions import Questions
from ragline_cli.shadow.runs import Runs
from ragline_cli.shadow.shadow_stages import (
    OpenStages,
    ShadowStages,
    open_shadow_stages,
    open_stages,
)
from ragline_cli.shadow.stop_request import StopRequest
from ragline_evaluation.shadow.tally import Tally

_COMMIT_S = 1.0
# Time for questions in progress to end; a second signal does not wait for them
_DRAIN_S = 10.0
# The clocks of brokers and of this machine may differ by this much
_SLACK_S = 5.0


@dataclass(slots=True)
class State:
    """The state shown while the shadow runs. `stages` and `runs` are null until they are open."""

    counts: Counts
    tally: Tally
    stages: ShadowStages | None = None
    runs: Runs | None = None
    stopping: bool = False


async def run_shadow(
    kafka: KafkaSettings,
    options: ShadowOptions,
    state: State,
    stopping: StopRequest,
    *,
    opened: OpenStages = open_stages,
    clock: Clock = utc_now,
    on_listening: Callable[[], None] = lambda: None,
) -> None:
    """Run until a stop is requested, there are enough pairs, or the time is over.

    Raises:
        Unavailable: no broker answers.
        Misconfigured: a topic does not exist, the broker refuses, or the second configuration can
            never work.
    """
    async with (
        open_shadow_stages(opened, clock=clock, until=stopping.asked()) as stages,
        _connected(kafka, options, state, stages, clock) as (questions, listener, runs),
    ):
        on_listening()

        async def commit() -> None:
            await questions.offsets.commit()
            await listener.offsets.commit()

        taking = asyncio.create_task(questions.take())
        beside: list[asyncio.Future[None]] = [
            asyncio.create_task(stopping.asked(options.seconds)),
            asyncio.create_task(listener.listen()),
            runs.defect,
        ]
        try:
            async with repeating(commit, every_s=_COMMIT_S):
                await _first([taking, *beside])
                state.stopping = True
                taking.cancel()
                await stopping.drained(lambda: not runs.under_way, _DRAIN_S)
                await runs.end()
        finally:
            for each in (taking, *beside):
                each.cancel()
            runs.abandon()  # after an error, questions may still be running
            await asyncio.gather(taking, *beside, return_exceptions=True)
            await questions.offsets.commit_for_the_last_time()
            await listener.offsets.commit_for_the_last_time()


@asynccontextmanager
async def _connected(
    kafka: KafkaSettings, options: ShadowOptions, state: State, stages: ShadowStages, clock: Clock
) -> AsyncIterator[tuple[Questions, Listener, Runs]]:
    # in this order, so that the answer to a question we read is never before our offset in answers
    await begin(kafka, options.answers_group, ANSWERS.name)
    await begin(kafka, options.queries_group, QUERIES.name)
    live = LiveAnswers()
    runs = Runs(
        options=options,
        stages=stages,
        live=live,
        tally=state.tally,
        counts=state.counts,
        clock=clock,
    )
    async with AsyncExitStack() as stack:
        answers = await stack.enter_async_context(open_answers(kafka, options.answers_group))
        listener = Listener(
            answers,
            share=options.share,
            hold_s=options.behind_s + _SLACK_S,
            live=live,
            counts=state.counts,
            clock=clock,
        )
        member = await stack.enter_async_context(open_member(kafka, options.queries_group))
        questions = Questions(
            member, share=options.share, live=live, runs=runs, counts=state.counts
        )
        await questions.join()
        state.stages, state.runs = stages, runs
        yield questions, listener, runs


async def _first(futures: Sequence[asyncio.Future[None]]) -> None:
    """Wait until the first one ends, and raise its exception, if any."""
    done, _ = await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
    for each in done:
        each.result()
