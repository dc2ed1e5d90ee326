"""An ingestion on a terminal: progress, failures, totals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from ragline.contracts.documents import Outcome
from ragline_cli.ingest.report import DocumentResult, IngestReport
from ragline_cli.terminal import printable


@contextmanager
def progress_bar(
    console: Console, total: int, *, shown: bool = True
) -> Iterator[Callable[[DocumentResult], None]]:
    """Show a bar that each result advances by one, with the number of failures next to it."""
    columns = (
        TextColumn("ingesting"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[failed]}"),
    )
    failed = 0
    with Progress(*columns, console=console, disable=not shown) as progress:
        task = progress.add_task("", total=total, failed="")

        def advance(result: DocumentResult) -> None:
            nonlocal failed
            failed += result.status is Outcome.FAILED
            progress.update(task, advance=1, failed=f"{failed} failed" if failed else "")

        yield advance


def failures_table(report: IngestReport) -> Table:
    """Return one line per failed document, with what to do about it."""
    table = Table("failed", "code", "reason", box=SIMPLE_HEAD)
    for result in report.failures:
        code, reason = (result.error.code, result.error.message) if result.error else ("", "")
        table.add_row(*(Text(printable(cell)) for cell in (result.document_id, code, reason)))
    return table


def summary_text(report: IngestReport) -> str:
    """Return the totals in a few lines."""
    sums = report.summary()
    outcomes = [f"{sums[o.value]} {o.value}" for o in Outcome if sums[o.value]]
    lines = [
        f"{sums['documents']} documents in {report.elapsed_s:.1f} s: {', '.join(outcomes)}",
        f"chunks: {sums['chunks_added']} added, {sums['chunks_kept']} kept, "
        f"{sums['chunks_removed']} removed; embeddings: {sums['embeddings_computed']} computed, "
        f"{sums['embeddings_cached']} cached",
    ]
    if sums["freshness_p50_ms"] is not None and sums["freshness_p95_ms"] is not None:
        lines.append(
            f"from change to searchable: p50 {sums['freshness_p50_ms']:.0f} ms, "
            f"p95 {sums['freshness_p95_ms']:.0f} ms"
        )
    if sums[Outcome.SUPERSEDED.value]:
        lines.append(
            "superseded: a newer version is indexed; when the file is the truth, "
            "use --version-from content"
        )
    return "\n".join(lines)


def result_line(result: DocumentResult) -> str:
    """Return one line about one document."""
    reason = f": {result.error.message}" if result.error else ""
    return printable(f"{result.status.value:<10} {result.document_id}{reason}")
