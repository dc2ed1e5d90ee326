"""Settings of the ingestor: `RAGLINE_INGESTOR__<NAME>`."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from ragline.contracts import bounds
from ragline.contracts.indexes import BASE_INDEX, IndexName
from ragline.model_settings import EmbeddingSettings
from ragline.settings import Group, PositiveFloat, PositiveInt, ServiceSettings, VectorStoreSettings
from ragline_ingestor.chunking import ChunkSizes
from ragline_ingestor.document import Ocr, ParseLimits
from ragline_ingestor.sandbox.budget import ProcessLimits


class IngestorSettings(Group):
    """Limits, chunk sizes, and where content may be fetched from."""

    index: IndexName = Field(
        BASE_INDEX,
        description="index that this ingestor fills and keeps up to date, in consumer groups of "
        "its own; `ragline reindex start` makes further ones",
    )
    chunk_target: PositiveInt = Field(
        800, description="characters at which a chunk is closed; the default model reads about 1000"
    )
    chunk_minimum: Annotated[int, Field(ge=0)] = Field(
        200, description="a shorter chunk joins a neighbour if both fit together"
    )
    chunk_overlap: Annotated[int, Field(ge=0)] = Field(
        100, description="characters of prose repeated at the start of the next chunk"
    )
    chunk_maximum: Annotated[int, Field(gt=0, lt=bounds.CHUNK_CHARS)] = Field(
        1_600, description="lists, code and tables stay whole up to this; no chunk is longer"
    )
    max_content_bytes: PositiveInt = Field(
        32 * 1024 * 1024, description="bytes of one document, inline or fetched"
    )
    max_text_chars: PositiveInt = Field(
        4 * 1024 * 1024,
        description="characters of one document's text; four million take minutes to embed",
    )
    max_pages: PositiveInt = Field(2_000, description="pages of one PDF")
    max_unpacked_bytes: PositiveInt = Field(
        128 * 1024 * 1024, description="bytes of one DOCX, PPTX, XLSX, ODT or EPUB when unpacked"
    )
    max_nodes: PositiveInt = Field(
        1_000_000,
        description="elements of one HTML page, elements and attributes of one DOCX, PPTX, ODT or "
        "EPUB, groups of one RTF, objects on the pages of one PDF, cells of one XLSX, values of "
        "one JSON, YAML or XML",
    )
    docx_comments: bool = Field(
        False, description="index the comments in a DOCX, each below the paragraph it stands at"
    )
    ocr: bool = Field(
        False, description="read scanned pages of PDFs, in a lane of their own; needs the extra ocr"
    )
    ocr_timeout_s: PositiveFloat = Field(
        3_600.0, description="reading the scanned pages of one document; a page takes seconds"
    )
    ocr_cpu_s: PositiveFloat = Field(
        3_600.0, description="processor time for reading the scanned pages of one document"
    )
    ocr_memory_mb: Annotated[int, Field(ge=1_024)] = Field(
        3_072, description="address space of the process that reads scanned pages"
    )
    parse_workers: PositiveInt = Field(
        2, description="processes that parse documents side by side, about 170 MB each when idle"
    )
    parse_timeout_s: PositiveFloat = Field(
        120.0, description="parsing and chunking one document, from when a process takes it"
    )
    parse_cpu_s: PositiveFloat = Field(
        60.0, description="processor time for parsing and chunking one document"
    )
    parse_memory_mb: Annotated[int, Field(ge=512)] = Field(
        1_024, description="address space of each process that parses, its code included"
    )
    embed_batch: PositiveInt = Field(
        64, description="chunks embedded and cached together; bounds a huge document's memory"
    )
    allowed_uris: tuple[str, ...] = Field(
        (),
        description="JSON list of prefixes that content_uri may have, for example "
        '["https://*.example.com/docs/", "s3://bucket/"]; empty allows none',
    )
    private_hosts: tuple[str, ...] = Field(
        (), description="JSON list of hosts that may resolve to addresses that are not public"
    )
    record_all_access: bool = Field(
        False,
        description="repeat on document-access whatever the index knows of a changed document's "
        "readers; for one reading of documents after an upgrade",
    )
    fetch_timeout_s: PositiveFloat = Field(30.0, description="reading one content_uri")

    @model_validator(mode="after")
    def _sizes_are_ordered(self) -> Self:
        if not self.chunk_minimum <= self.chunk_target <= self.chunk_maximum:
            raise ValueError("chunk sizes must be minimum <= target <= maximum")
        if self.chunk_overlap >= self.chunk_target:
            raise ValueError("chunk_overlap must be below chunk_target")
        return self

    def parse_limits(self) -> ParseLimits:
        """Return what one document may cost."""
        return ParseLimits(
            text_chars=self.max_text_chars,
            pages=self.max_pages,
            unpacked_bytes=self.max_unpacked_bytes,
            nodes=self.max_nodes,
            docx_comments=self.docx_comments,
            ocr=Ocr.LATER if self.ocr else Ocr.OFF,
        )

    def ocr_process_limits(self) -> ProcessLimits:
        """Return what the process may cost in which scanned pages are read."""
        return ProcessLimits(cpu_s=self.ocr_cpu_s, memory_mb=self.ocr_memory_mb)

    def process_limits(self) -> ProcessLimits:
        """Return what the process may cost in which a document is parsed."""
        return ProcessLimits(cpu_s=self.parse_cpu_s, memory_mb=self.parse_memory_mb)

    def chunk_sizes(self) -> ChunkSizes:
        """Return the sizes of chunks."""
        return ChunkSizes(
            target=self.chunk_target,
            minimum=self.chunk_minimum,
            overlap=self.chunk_overlap,
            maximum=self.chunk_maximum,
        )


class Settings(ServiceSettings):
    """Everything that the ingestor reads from the environment."""

    vector_store: VectorStoreSettings = VectorStoreSettings()
    embedding: EmbeddingSettings = EmbeddingSettings()
    ingestor: IngestorSettings = IngestorSettings()
