"""How long a quiet tenant waits during another tenant's burst."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path
from uuid import uuid4

from pydantic import BaseModel, ConfigDict
from rich.table import Table

from ragline.contracts.queries import Options, QuerySubmitted
from ragline.errors import DeadlineExceeded
from ragline_cli.ask.asker import Asker
from ragline_cli.bench.stats import Quantiles, Sample

OnAnswer = Callable[[], None]


class FairnessFigures(BaseModel):
    """Latencies of a tenant with `rate` questions per second, alone and beside a burst.

    The other tenant's burst has `factor` times as many questions. Times are end to end, as measured
    by the publisher, in milliseconds. `burst` counts the outcomes of the burst's questions;
    `overloaded` ones were shed at once.
    """

    model_config = ConfigDict(frozen=True)

    rate: float
    factor: int
    seconds: float
    alone: Quantiles
    beside_burst: Quantiles
    burst: dict[str, int]

    @property
    def slowdown(self) -> float | None:
        """How many times longer the quiet tenant's p95 is during the burst."""
        if not self.alone.p95 or self.beside_burst.p95 is None:
            return None
        return self.beside_burst.p95 / self.alone.p95


async def measure_fairness(
    asker: Asker,
    questions: Sequence[str],
    *,
    quiet: str,
    loud: str,
    rate: float,
    factor: int,
    seconds: float,
    timeout: float,
    on_answer: OnAnswer,
) -> FairnessFigures:
    """Measure tenant `quiet` alone, then during a burst of tenant `loud`; both at a steady rate.

    Raises:
        Unavailable: Kafka cannot be reached.
        DeadlineExceeded: a question of `quiet` got no terminal answer.
    """
    count = max(1, round(rate * seconds))
    texts = list(islice(cycle(questions), count * factor))

    async def ask(text: str, tenant: str) -> Sample:
        query = QuerySubmitted(
            query_id=uuid4().hex, text=text, tenant=tenant, options=Options(stream=False)
        )
        started = time.perf_counter()
        answer = await asker.ask(query, timeout=timeout)
        return Sample(answer, 1_000 * (time.perf_counter() - started))

    async def at_pace(tenant: str, count: int) -> list[Sample | BaseException]:
        tasks = []
        started = time.perf_counter()
        for n, text in enumerate(texts[:count]):
            await asyncio.sleep(max(0.0, started + n * seconds / count - time.perf_counter()))
            tasks.append(asyncio.create_task(ask(text, tenant)))
            tasks[-1].add_done_callback(lambda _: on_answer())
        return await asyncio.gather(*tasks, return_exceptions=True)

    alone = await at_pace(quiet, count)
    beside, burst = await asyncio.gather(at_pace(quiet, count), at_pace(loud, count * factor))
    return FairnessFigures(
        rate=rate,
        factor=factor,
        seconds=seconds,
        alone=Quantiles.of(_elapsed(alone)),
        beside_burst=Quantiles.of(_elapsed(beside)),
        burst=dict(Counter(map(_end, burst))),
    )


def _elapsed(outcomes: Sequence[Sample | BaseException]) -> list[float]:
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return [outcome.elapsed_ms for outcome in outcomes if isinstance(outcome, Sample)]


def _end(outcome: Sample | BaseException) -> str:
    if isinstance(outcome, DeadlineExceeded):
        return "no answer"
    if isinstance(outcome, BaseException):
        raise outcome
    error = outcome.answer.error
    return error.code if error and error.code == "overloaded" else str(outcome.answer.status)


def table(figures: FairnessFigures) -> Table:
    """Return the figures as a table."""
    found = Table(title=f"A tenant at {figures.rate:g} questions/s for {figures.seconds:g} s")
    for heading in ("", "p50 ms", "p95 ms"):
        found.add_column(heading, justify="right" if heading else "left")
    for name, quantiles in (
        ("alone", figures.alone),
        (f"beside a burst of {figures.factor} times as many", figures.beside_burst),
    ):
        found.add_row(name, f"{quantiles.p50:.0f}", f"{quantiles.p95:.0f}")
    slowdown = f"p95 × {figures.slowdown:.1f}" if figures.slowdown else "-"
    ends = ", ".join(f"{count} {name}" for name, count in sorted(figures.burst.items()))
    found.caption = f"{slowdown}; the burst's questions: {ends}"
    return found


def write(figures: FairnessFigures, folder: Path) -> Path:
    """Write `fairness.json` into `folder` and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "fairness.json"
    path.write_text(figures.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return path
