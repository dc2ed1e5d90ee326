"""The outcome of an ingestion: one result per document, and totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from ragline.contracts.documents import (
    ChunkCounts,
    DocumentChanged,
    DocumentError,
    DocumentStatus,
    EmbeddingCounts,
    Outcome,
)
from ragline_cli.figures import percentile
from ragline_cli.ingest.skipped import SkippedKind


class DocumentResult(BaseModel):
    """The outcome of one document. `version` is null if it was never published."""

    model_config = ConfigDict(frozen=True)

    tenant: str
    document_id: str
    version: int | None
    status: Outcome
    chunks: ChunkCounts = ChunkCounts()
    embeddings: EmbeddingCounts = EmbeddingCounts()
    freshness_ms: float | None = None
    warnings: tuple[str, ...] = ()
    error: DocumentError | None = None

    @classmethod
    def of(cls, status: DocumentStatus) -> DocumentResult:
        """Return the result for the ingestor's status."""
        return cls.model_validate(status.model_dump(include=set(cls.model_fields)))

    @classmethod
    def failed(cls, event: DocumentChanged, code: str, message: str) -> DocumentResult:
        """Return the result for a change that got no status from the ingestor."""
        return cls(
            tenant=event.tenant,
            document_id=event.document_id,
            version=event.version,
            status=Outcome.FAILED,
            error=DocumentError(code=code, message=message),
        )


class IngestReport(BaseModel):
    """All results, in the order in which they ended, and what of the folders was skipped."""

    model_config = ConfigDict(frozen=True)

    results: tuple[DocumentResult, ...] = ()
    skipped: tuple[SkippedKind, ...] = ()
    elapsed_s: float = 0.0

    def joined(self, earlier: Iterable[DocumentResult]) -> IngestReport:
        """Return the report with earlier results, from before publishing, prepended."""
        return self.model_copy(update={"results": (*earlier, *self.results)})

    @property
    def failures(self) -> tuple[DocumentResult, ...]:
        """The documents that failed."""
        return tuple(r for r in self.results if r.status is Outcome.FAILED)

    @property
    def superseded(self) -> tuple[DocumentResult, ...]:
        """The documents of which a newer version is indexed, so that the file's is not."""
        return tuple(r for r in self.results if r.status is Outcome.SUPERSEDED)

    @property
    def incomplete(self) -> tuple[DocumentResult, ...]:
        """The documents of which something is not indexed."""
        return tuple(r for r in self.results if r.warnings)

    def summary(self) -> dict[str, int | float | None]:
        """Return the totals: documents by outcome, chunks, embeddings, freshness in ms."""
        outcomes = Counter(result.status for result in self.results)
        fresh = [r.freshness_ms for r in self.results if r.freshness_ms is not None]
        return {
            "documents": len(self.results),
            **{outcome.value: outcomes[outcome] for outcome in Outcome},
            "chunks_added": sum(r.chunks.added for r in self.results),
            "chunks_kept": sum(r.chunks.kept for r in self.results),
            "chunks_removed": sum(r.chunks.removed for r in self.results),
            "embeddings_computed": sum(r.embeddings.computed for r in self.results),
            "embeddings_cached": sum(r.embeddings.cached for r in self.results),
            "freshness_p50_ms": percentile(fresh, 50),
            "freshness_p95_ms": percentile(fresh, 95),
            "elapsed_s": round(self.elapsed_s, 3),
        }
