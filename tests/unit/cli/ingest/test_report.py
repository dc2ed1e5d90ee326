from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

from rich.console import Console

from ragline.contracts.documents import (
    ChunkCounts,
    DocumentError,
    DocumentStatus,
    EmbeddingCounts,
    Outcome,
)
from ragline_cli.ingest.report import DocumentResult, IngestReport
from ragline_cli.ingest.skipped import Skipped, skipped_kinds
from ragline_cli.ingest.view import (
    failures_table,
    progress_bar,
    result_line,
    summary_text,
    superseded_table,
    warnings_table,
)


def result(name: str, status: Outcome, freshness: float | None = None) -> DocumentResult:
    return DocumentResult(
        tenant="t",
        document_id=name,
        version=1,
        status=status,
        chunks=ChunkCounts(added=2, kept=3, removed=1),
        embeddings=EmbeddingCounts(computed=2, cached=3),
        freshness_ms=freshness,
        error=DocumentError(code="corrupt_pdf", message="export [it] again")
        if status is Outcome.FAILED
        else None,
    )


REPORT = IngestReport(
    results=(
        result("a.md", Outcome.INDEXED, 100.0),
        result("b.md", Outcome.INDEXED, 300.0),
        result("c.md", Outcome.SUPERSEDED),
        result("[red]\x1b[2Jd.pdf", Outcome.FAILED),
    ),
    elapsed_s=1.5,
)


def shown(content: object) -> str:
    console = Console(file=StringIO(), width=120)
    console.print(content)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_the_summary_sums_documents_chunks_embeddings_and_freshness() -> None:
    assert REPORT.summary() == {
        "documents": 4,
        "indexed": 2,
        "unchanged": 0,
        "superseded": 1,
        "deleted": 0,
        "failed": 1,
        "chunks_added": 8,
        "chunks_kept": 12,
        "chunks_removed": 4,
        "embeddings_computed": 8,
        "embeddings_cached": 12,
        "freshness_p50_ms": 200.0,
        "freshness_p95_ms": 290.0,
        "elapsed_s": 1.5,
    }


def test_an_empty_report_has_a_summary_too() -> None:
    summary = IngestReport().summary()
    assert summary["documents"] == 0
    assert summary["freshness_p50_ms"] is None
    assert "0 documents" in summary_text(IngestReport())


def test_what_the_status_tells_is_kept() -> None:
    status = DocumentStatus(
        tenant="t",
        document_id="a.md",
        version=7,
        status=Outcome.UNCHANGED,
        freshness_ms=5.0,
        warnings=("page 3 has no text",),
        finished_at=datetime(2026, 1, 5, tzinfo=UTC),
    )
    found = DocumentResult.of(status)
    assert (found.version, found.status, found.freshness_ms) == (7, Outcome.UNCHANGED, 5.0)
    assert found.warnings == ("page 3 has no text",)


def test_files_that_were_never_sent_come_first() -> None:
    unsent = result("big.pdf", Outcome.FAILED)
    assert REPORT.joined([unsent]).results[0] == unsent


def test_people_see_outcomes_and_freshness() -> None:
    text = summary_text(REPORT)
    assert "4 documents in 1.5 s: 2 indexed, 1 superseded, 1 failed" in text
    assert "p50 200 ms, p95 290 ms" in text


def test_a_file_older_than_what_is_indexed_is_named() -> None:
    text = " ".join(shown(superseded_table(REPORT)).split())
    [old] = REPORT.superseded
    assert old.document_id in text
    assert "a newer version than the file's (1) is indexed" in text
    assert "--version-from content" in text
    assert "--version-from content" in result_line(old)


def test_what_is_missing_of_a_document_is_shown() -> None:
    found = result("a.docx", Outcome.INDEXED).model_copy(update={"warnings": ("2 pictures",)})
    report = IngestReport(results=(found, *REPORT.results))
    assert report.incomplete == (found,)
    text = shown(warnings_table(report))
    assert "a.docx" in text
    assert "2 pictures" in text
    assert "(missing: 2 pictures)" in result_line(found)


def test_what_was_skipped_is_shown() -> None:
    kinds = skipped_kinds([Skipped(Path(f"/x/{n}.png"), "no format") for n in range(4)])
    text = summary_text(REPORT.model_copy(update={"skipped": kinds}))
    assert "skipped: 4 .png (no format): /x/0.png, /x/1.png, /x/2.png, …" in text


def test_failures_are_shown_as_they_are_and_cannot_steer_the_terminal() -> None:
    text = shown(failures_table(REPORT))
    assert "[red][2Jd.pdf" in text
    assert "export [it] again" in text
    assert "a.md" not in text
    assert "\x1b" not in text


def test_one_line_tells_one_document() -> None:
    assert result_line(REPORT.results[0]) == "indexed    a.md"
    assert result_line(REPORT.results[3]) == "failed     [red][2Jd.pdf: export [it] again"


def test_the_bar_moves_with_every_document_and_counts_failures() -> None:
    console = Console(file=StringIO(), width=100, force_terminal=True)
    with progress_bar(console, total=len(REPORT.results)) as advance:
        for each in REPORT.results:
            advance(each)
    assert isinstance(console.file, StringIO)
    last = console.file.getvalue()
    assert "4/4" in last
    assert "1 failed" in last
