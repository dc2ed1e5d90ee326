"""A closed-loop load test: a fixed number of questions in flight, and a fixed total."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle, islice
from types import MappingProxyType
from uuid import uuid4

from ragline.clock import Monotonic
from ragline.contracts.queries import Options, QuerySubmitted
from ragline_cli.ask.asker import Asker
from ragline_cli.bench.processor_time import Seconds, milliseconds_each, processor_seconds
from ragline_cli.bench.stats import LevelFigures, Sample, level_figures
from ragline_cli.stack.state import ProcessId

OnAnswer = Callable[[], None]

_WARM_UP = 8
_AT_REST_S = 10


async def warm_up(asker: Asker, questions: Sequence[str], *, tenant: str, timeout: float) -> None:
    """Ask a few questions one after another: the first ones load models and open connections."""
    await _closed_loop(asker, _queries(questions[:_WARM_UP], tenant), 1, timeout, lambda: None)


async def at_rest(parts: Mapping[str, ProcessId]) -> Seconds:
    """Return each part's processor time in ms for a second in which nothing is asked."""
    if not parts:
        return {}
    before = processor_seconds(parts)
    await asyncio.sleep(_AT_REST_S)
    return milliseconds_each(before, processor_seconds(parts), of=_AT_REST_S)


async def measure_level(
    asker: Asker,
    questions: Sequence[str],
    *,
    tenant: str,
    in_flight: int,
    count: int,
    timeout: float,
    on_answer: OnAnswer,
    parts: Mapping[str, ProcessId] = MappingProxyType({}),
    clock: Monotonic = time.perf_counter,
) -> LevelFigures:
    """Ask `count` questions, `in_flight` at a time, and return the figures.

    `parts` are those of the stack whose processor time is measured, by name.

    Raises:
        DeadlineExceeded: a question got no terminal answer.
        Unavailable: Kafka cannot be reached.
    """
    queries = _queries(islice(cycle(questions), count), tenant)
    used, started = processor_seconds(parts), clock()
    samples = await _closed_loop(asker, queries, in_flight, timeout, on_answer)
    return level_figures(
        samples,
        in_flight=in_flight,
        elapsed_s=clock() - started,
        processor=milliseconds_each(used, processor_seconds(parts), of=len(samples)),
    )


def _queries(texts: Sequence[str] | Iterator[str], tenant: str) -> Iterator[QuerySubmitted]:
    for text in texts:
        options = Options(stream=False)
        yield QuerySubmitted(query_id=uuid4().hex, text=text, tenant=tenant, options=options)


async def _closed_loop(
    asker: Asker,
    queries: Iterator[QuerySubmitted],
    in_flight: int,
    timeout: float,
    on_answer: OnAnswer,
) -> list[Sample]:
    samples: list[Sample] = []

    async def work() -> None:
        for query in queries:  # shared: each worker takes the next one
            started = time.perf_counter()
            answer = await asker.ask(query, timeout=timeout)
            samples.append(Sample(answer, 1000 * (time.perf_counter() - started)))
            on_answer()

    workers = [asyncio.create_task(work()) for _ in range(in_flight)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
    return samples
