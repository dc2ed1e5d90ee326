"""Metadata that a document's own text gives is kept within the bounds, and the status says so."""

from __future__ import annotations

from dataclasses import replace

from ragline.contracts.bounds import HEADING_CHARS, HEADINGS, TITLE_CHARS, WARNINGS
from ragline.contracts.documents import DocumentChanged, Outcome
from ragline.ports.store import Scope
from ragline.testing.store import MemoryStore
from ragline_ingestor.chunking import Chunk
from ragline_ingestor.metadata import within_bounds
from ragline_ingestor.prepared import Prepared
from ragline_ingestor.stage import IngestorStage


def change(**fields: str) -> DocumentChanged:
    return DocumentChanged(document_id="d", version=1, content="x", **fields)


def prepared(title: str | None, language: str | None, *paths: tuple[str, ...]) -> Prepared:
    return Prepared(
        media_type="text/plain",
        title=title,
        language=language,
        chunks=tuple(Chunk(text="x", start=0, end=1, heading_path=path) for path in paths),
    )


def test_usual_metadata_stays_as_it_is() -> None:
    usual = prepared("Queues", "en", ("Queues", "TTL"), ())
    assert within_bounds(usual, change()) == (usual, ())


def test_each_kind_that_is_cut_has_one_warning() -> None:
    long = prepared("t" * 2_001, "l" * 36, ("h" * 501,), tuple("x" * 33), ("h" * 501,))
    fitted, warnings = within_bounds(long, change())
    assert len(fitted.title or "") == TITLE_CHARS
    assert fitted.language is None
    assert [len(chunk.heading_path) for chunk in fitted.chunks] == [1, HEADINGS, 1]
    assert len(fitted.chunks[0].heading_path[0]) == HEADING_CHARS
    assert len(warnings) == 3


def test_what_is_missing_in_the_chunks_is_a_warning_of_the_status() -> None:
    partly = replace(prepared("Queues", "en", ()), warnings=("2 pictures", *["more"] * WARNINGS))
    assert within_bounds(partly, change())[1] == ("2 pictures", *["more"] * (WARNINGS - 1))


def test_what_the_publisher_states_goes_before_it_and_is_no_warning() -> None:
    long = prepared("t" * 2_001, "l" * 36, ())
    assert within_bounds(long, change(title="Queues", language="en"))[1] == ()


async def test_a_heading_of_a_megabyte_is_indexed_short(
    stage: IngestorStage, store: MemoryStore
) -> None:
    content = f"# {'h' * 40_000}\n\nQueues expire.\n"
    status = await stage(DocumentChanged(document_id="d.md", version=1, content=content))
    assert status.status is Outcome.INDEXED
    assert "headings were shortened to 500 characters and 32 levels" in status.warnings
    [hit] = await store.vector([1.0, 1.0], scope=Scope(tenant="default"), limit=5)
    assert [len(heading) for heading in hit.heading_path] == [HEADING_CHARS]
    assert len(hit.title) <= TITLE_CHARS
    again = await stage(DocumentChanged(document_id="d.md", version=1, content=content))
    assert (again.status, again.warnings) == (Outcome.UNCHANGED, status.warnings)
