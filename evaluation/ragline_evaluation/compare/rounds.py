"""Rounds of a closed loop: every system in turn, so that what else the machine does hits all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Protocol


class System(Protocol):
    """Something that is asked questions."""

    name: str

    async def ask(self, question: str) -> Sequence[str]:
        """Return the documents found, best first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One system's share of a round: `milliseconds` of each question, `elapsed_s` of all.

    `cpu_s` is the processor time of all its processes, which hardly depends on what else runs.
    """

    system: str
    number: int
    in_flight: int
    elapsed_s: float
    cpu_s: float
    milliseconds: Sequence[float]

    @property
    def per_second(self) -> float:
        """Questions answered in a second."""
        return len(self.milliseconds) / self.elapsed_s


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPlan:
    """How often and how much is asked; `questions` of a round at least twice what is in flight."""

    in_flight: Sequence[int]
    rounds: int
    questions: int

    def count(self, in_flight: int) -> int:
        """Return how many questions a system is asked in a round."""
        return max(self.questions, 2 * in_flight)


def order(systems: Sequence[System], number: int) -> list[System]:
    """Return who is asked in which order in a round: each is first, second, ... equally often."""
    start = number % len(systems)
    return [*systems[start:], *systems[:start]]


def questions_of(questions: Sequence[str], number: int, count: int) -> list[str]:
    """Return the questions of a round, the same for every system, and others in the next round."""
    return list(islice(cycle(questions), number * count, (number + 1) * count))


async def measure(
    systems: Sequence[System],
    questions: Sequence[str],
    plan: RoundPlan,
    *,
    cpu_s: Callable[[str], float],
    progress: Callable[[int], None],
) -> list[Round]:
    """Ask every system in every round.

    Args:
        systems: who is asked.
        questions: what is asked, from the beginning again when they end.
        plan: how often and how much.
        cpu_s: returns the processor time that a system, by its name, has had so far, in seconds.
        progress: called after each system's share of a round.

    Raises:
        RaglineError: what a system raises.
    """
    measured = []
    for number in range(plan.rounds):
        for in_flight in plan.in_flight:
            texts = questions_of(questions, number, plan.count(in_flight))
            for system in order(systems, number):
                before = cpu_s(system.name)
                milliseconds, elapsed_s = await _timed(system, texts, in_flight)
                measured.append(
                    Round(
                        system=system.name,
                        number=number,
                        in_flight=in_flight,
                        elapsed_s=elapsed_s,
                        cpu_s=cpu_s(system.name) - before,
                        milliseconds=milliseconds,
                    )
                )
                progress(1)
    return measured


async def _timed(system: System, texts: Sequence[str], in_flight: int) -> tuple[list[float], float]:
    milliseconds: list[float] = []

    async def one(text: str) -> None:
        started = time.perf_counter()
        await system.ask(text)
        milliseconds.append(1_000 * (time.perf_counter() - started))

    started = time.perf_counter()
    await _workers(iter(texts), in_flight, one)
    return milliseconds, time.perf_counter() - started


async def found_by(
    system: System, questions: Sequence[str], in_flight: int
) -> dict[str, Sequence[str]]:
    """Return the documents that `system` finds for each question."""
    found: dict[str, Sequence[str]] = {}

    async def keep(text: str) -> None:
        found[text] = await system.ask(text)

    await _workers(iter(questions), in_flight, keep)
    return found


async def _workers(
    texts: Iterator[str], in_flight: int, work: Callable[[str], Awaitable[object]]
) -> None:
    async def one() -> None:
        for text in texts:  # shared: each worker takes the next one
            await work(text)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(in_flight):
            tasks.create_task(one())
