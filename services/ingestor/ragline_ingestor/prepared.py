"""What is indexed of a document: the outcome of parsing and chunking."""

from __future__ import annotations

from dataclasses import dataclass

from ragline_ingestor.chunking import Chunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The chunks of a document, in order (there is at least one), and what it says of itself.

    `media_type` is the one by which it was read; `title` and `language` are None where the
    document shows none. `warnings` say what of the document is not in the chunks; `scanned`,
    whether that are pages which OCR can read.
    """

    media_type: str
    title: str | None
    language: str | None
    chunks: tuple[Chunk, ...]
    warnings: tuple[str, ...] = ()
    scanned: bool = False
