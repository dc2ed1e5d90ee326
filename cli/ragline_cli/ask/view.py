"""An answer on a terminal: text, sources, where the time went, which steps were skipped."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import shorten

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ragline.contracts.answers import AnswerStatus, ClaimSupport, QueryAnswered, StageTiming
from ragline.contracts.hops import Hop
from ragline_cli.terminal import printable

_BAR = 30
_QUOTE = 200


def details(answer: QueryAnswered, *, elapsed_ms: float) -> Group:
    """Return everything about the answer but its text."""
    return Group(*_parts(answer, elapsed_ms))


def _parts(answer: QueryAnswered, elapsed_ms: float) -> Iterator[RenderableType]:
    if answer.status is not AnswerStatus.ANSWERED:
        yield Text(f"{answer.status.value}{_reason(answer)}", style="bold yellow")
    if answer.citations:
        yield _citations(answer)
    if answer.nearest:
        yield _nearest(answer)
    if answer.timings:
        yield timings_table(answer.timings, elapsed_ms=elapsed_ms)
    yield Text("\n".join(_notes(answer)), style="dim")


def _reason(answer: QueryAnswered) -> str:
    error = answer.error
    return printable(f": {error.message} ({error.code})") if error else ""


def _citations(answer: QueryAnswered) -> Table:
    table = Table("", "source", "where", "quote", box=SIMPLE_HEAD)
    for citation in answer.citations:
        heading = " > ".join(citation.heading_path) or citation.title
        where = f"{heading}\ncharacters {citation.start}-{citation.end}"
        source = f"{citation.document_id}\nversion {citation.version}"
        if citation.url:
            source += f"\n{citation.url}"
        quote = shorten(citation.quote, _QUOTE, placeholder="…")
        cells = (f"[{citation.marker}]", source, where, quote)
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table


def _nearest(answer: QueryAnswered) -> Table:
    table = Table("nearest sources", "where", "score", box=SIMPLE_HEAD)
    for source in answer.nearest:
        heading = " > ".join(source.heading_path) or source.title
        cells = (source.url or source.document_id, heading, f"{source.score:.2f}")
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table


def timings_table(timings: tuple[StageTiming, ...], *, elapsed_ms: float) -> Table:
    """Return one line per stage with its waiting in Kafka, its work, and a bar on a common scale.

    `elapsed_ms` is the time that the publisher measured from publishing to the answer. The last
    line is the time outside of all stages: publishing, storing and reading the answer.
    """
    table = Table("stage", box=SIMPLE_HEAD)
    table.add_column("waited", justify="right")
    table.add_column("worked", justify="right")
    table.add_column("░ waiting  █ work")
    total = max(elapsed_ms, 1.0)
    accounted = 0.0
    for timing in timings:
        waited, worked = timing.started - timing.queued, timing.finished - timing.started
        accounted += waited + worked
        bar = _bar(waited, worked, total)
        table.add_row(timing.stage, f"{waited:.0f} ms", f"{worked:.0f} ms", bar)
    rest = max(elapsed_ms - accounted, 0.0)
    table.add_row("publish and read", f"{rest:.0f} ms", "", _bar(rest, 0.0, total), style="dim")
    table.add_row("total", "", f"{elapsed_ms:.0f} ms", "", style="bold")
    return table


def _bar(waited: float, worked: float, total: float) -> str:
    waiting, working = (round(_BAR * max(part, 0.0) / total) for part in (waited, worked))
    return "░" * waiting + "█" * working


def _looked_again(hop: Hop) -> str:
    asked = "; ".join(map(printable, hop.queries))
    cost = "given up" if hop.ms is None else f"{hop.searches} searches, {hop.ms:.0f} ms"
    return f"looked again ({printable(hop.reason)}) for {asked}: {hop.found} found, {cost}"


def _notes(answer: QueryAnswered) -> Iterator[str]:
    if answer.intent:
        yield f"intent {answer.intent.value}, plan {answer.plan or '-'}"
    yield from map(_looked_again, answer.hops)
    if answer.models:
        yield "models " + ", ".join(f"{role} {name}" for role, name in answer.models.items())
    if answer.validation:
        claims = answer.validation.claims
        supported = sum(claim.support is ClaimSupport.SUPPORTED for claim in claims)
        yield f"{supported} of {len(claims)} claims supported ({answer.validation.method})"
    if answer.usage.prompt_tokens or answer.usage.completion_tokens:
        usage = answer.usage
        yield f"tokens {usage.prompt_tokens} in, {usage.completion_tokens} out"
    if answer.cached:
        yield f"cached: first answered {answer.cached.answered_at:%Y-%m-%d %H:%M:%S %Z}"
    if answer.first_text_ms is not None:
        yield f"first text {answer.first_text_ms:.0f} ms after the generator began"
    if answer.degradations:
        yield "went without: " + ", ".join(answer.degradations)
