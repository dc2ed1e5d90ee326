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
from ragline_cli.ingest.skipped import SkippedKind, kind_text
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


def superseded_table(report: IngestReport) -> Table:
    """Return one line per document whose file is older than what is indexed, and what to do."""
    table = Table("not indexed", "reason", box=SIMPLE_HEAD)
    for result in report.superseded:
        table.add_row(Text(printable(result.document_id)), Text(_older(result)))
    return table


def warnings_table(report: IngestReport) -> Table:
    """Return one line per document of which something is not indexed."""
    table = Table("incomplete", "what is missing", box=SIMPLE_HEAD)
    for result in report.incomplete:
        missing = "\n".join(result.warnings)
        table.add_row(Text(printable(result.document_id)), Text(printable(missing)))
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
    lines += [f"skipped: {kind_text(kind)}{_examples(kind)}" for kind in report.skipped]
    return "\n".join(lines)


def result_line(result: DocumentResult) -> str:
    """Return one line about one document."""
    reason = f": {result.error.message}" if result.error else ""
    if result.status is Outcome.SUPERSEDED:
        reason = f": {_older(result)}"
    if result.warnings:
        reason += f" (missing: {'; '.join(result.warnings)})"
    return printable(f"{result.status.value:<10} {result.document_id}{reason}")


def _older(result: DocumentResult) -> str:
    return (
        f"a newer version than the file's ({result.version}) is indexed; when the file is the"
        " truth, use --version-from content"
    )


def _examples(kind: SkippedKind) -> str:
    more = ", …" if kind.count > len(kind.examples) else ""
    return printable(f": {', '.join(kind.examples)}{more}")
