"""One question of the demo: streamed text, sources, and one line with the timings."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from uuid import uuid4

from rich.console import Console

from ragline.contracts.answers import AnswerStatus, Citation, QueryAnswered, StageTiming
from ragline.contracts.queries import Options, QuerySubmitted
from ragline_cli.ask.asker import Asker
from ragline_cli.ask.live_text import LiveText
from ragline_cli.demo.corpus import TENANT
from ragline_cli.terminal import printable

# A demo on a busy machine is slow rather than failed, and Ctrl-C ends it at any time
PATIENCE_S = 600.0


async def ask_and_show(asker: Asker, question: str, console: Console) -> QueryAnswered:
    """Ask `question` and show the answer while it is written. Raises as `Asker.ask`."""
    text = LiveText(_write)
    query = QuerySubmitted(
        query_id=uuid4().hex, tenant=TENANT, text=question, options=Options(stream=True)
    )
    began = time.perf_counter()
    answer = await asker.ask(query, on_token=text.token, timeout=PATIENCE_S)
    elapsed_ms = 1000 * (time.perf_counter() - began)
    text.finish(answer.text)
    for line in footer(answer, elapsed_ms):
        console.print(line, style="dim", markup=False, highlight=False, soft_wrap=True)
    return answer


def footer(answer: QueryAnswered, elapsed_ms: float) -> list[str]:
    """Return what follows the answer's text: status, sources, intent, timings."""
    lines = []
    if answer.status is not AnswerStatus.ANSWERED:
        reason = f": {answer.error.message}" if answer.error else ""
        lines.append(printable(f"{answer.status.value}{reason}"))
    lines += [source_line(citation) for citation in answer.citations]
    if answer.intent:
        lines.append(f"intent {answer.intent.value}, plan {answer.plan or '-'}")
    lines.append(timing_line(answer.timings, elapsed_ms))
    if answer.degradations:
        lines.append("went without: " + ", ".join(answer.degradations))
    return lines


def source_line(citation: Citation) -> str:
    """Return one citation: marker, title and heading, document, version, character range."""
    where = " > ".join(citation.headings)
    source = f"{citation.document_id} v{citation.version}"
    return printable(
        f"[{citation.marker}] {where} ({source}, characters {citation.start}-{citation.end})"
    )


def timing_line(timings: Sequence[StageTiming], elapsed_ms: float) -> str:
    """Return each stage's work, the waiting between the stages, and the total, in ms."""
    work = [f"{timing.stage} {timing.finished - timing.started:.0f}" for timing in timings]
    waiting = elapsed_ms - sum(timing.finished - timing.started for timing in timings)
    rest = (f"Kafka and waiting {max(waiting, 0):.0f}", f"total {elapsed_ms:.0f} ms")
    return " · ".join((*work, *rest))


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
