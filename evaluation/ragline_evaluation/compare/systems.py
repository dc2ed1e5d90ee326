"""The compared systems: started, checked, and asked what they find."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ragline.errors import Misconfigured
from ragline.ports.models import Embedder
from ragline_evaluation.compare.program import Program, ProgramLine
from ragline_evaluation.compare.rounds import System, found_by

_CHECKED = 8
_LEAST_COSINE = 0.999
_AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A program that answers; `start_s` from its start to its first answer."""

    program: Program
    start_s: float


@asynccontextmanager
async def started(
    lines: Sequence[ProgramLine], question: str, *, logs: Path, on_start: Callable[[str], None]
) -> AsyncIterator[list[Started]]:
    """Start all programs, each twice: the first start makes its index, the second is timed.

    Raises:
        Unavailable: a program ends, or does not answer.
    """
    async with AsyncExitStack() as stack:
        running = []
        for line in lines:
            on_start(line.name)
            async with Program(line, log=logs / f"{line.name}.log") as first:
                await first.ask(question)
            begun = time.perf_counter()
            program = await stack.enter_async_context(Program(line, log=logs / f"{line.name}.log"))
            await program.ask(question)
            running.append(Started(program=program, start_s=time.perf_counter() - begun))
        yield running


async def check_vectors(
    programs: Sequence[Program], questions: Sequence[str], embedder: Embedder
) -> dict[str, float]:
    """Return by program the least cosine of its questions' vectors and ours.

    Raises:
        Misconfigured: a program uses another model, or uses it otherwise.
    """
    found = {}
    for program in programs:
        cosines = [
            float(np.dot(await program.embed(text), await embedder.embed_query(text)))
            for text in questions[:_CHECKED]
        ]
        found[program.name] = min(cosines)
        if min(cosines) < _LEAST_COSINE:
            raise Misconfigured(
                f"{program.name} does not embed as Ragline does: a question's vectors have a "
                f"cosine of {min(cosines):.4f}"
            )
    return found


async def ranked_by(
    systems: Sequence[System], questions: Mapping[str, str], progress: Callable[[int], None]
) -> dict[str, dict[str, Sequence[str]]]:
    """Return by system what it finds for each question id; this also warms the systems up."""
    ranked = {}
    for system in systems:
        found = await found_by(system, list(questions.values()), _AT_ONCE)
        ranked[system.name] = {name: found[text] for name, text in questions.items()}
        progress(1)
    return ranked
