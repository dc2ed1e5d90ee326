"""The source document of a citation, as a `DocumentReader` returns it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from ragline.ports.store import DocumentRef


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePart:
    """The slice `[start, end)` of the source text, in code points, and the headings above it."""

    start: int
    end: int
    text: str
    heading_path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """A document's current version. `parts` are its chunks in order; neighbours may overlap.

    Between parts there are only white space and headings; the latter are in the next part's
    `heading_path`. The source text is the parser's output: PDF, DOCX and HTML are text here.
    `media_type` is null for documents that Weaviate stored before it kept media types.
    """

    version: int
    title: str
    url: str | None
    media_type: str | None
    language: str | None
    tags: tuple[str, ...]
    updated_at: datetime | None
    parts: tuple[SourcePart, ...]


class DocumentReader(Protocol):
    """Opens documents for readers who may read them."""

    async def read(self, ref: DocumentRef, *, groups: tuple[str, ...]) -> SourceText | None:
        """Return the current version, whole, for a reader with `groups`.

        None if searches would never show it to that reader: the document is unknown or deleted, has
        no chunks, or may not be read with `groups`. The caller cannot tell which of these it is.

        Raises:
            Unavailable: the store is down or exceeds its time limit, or the document keeps changing
                while it is read; a retry can help.
        """
        ...

    async def permitted(
        self, tenant: str, document_ids: Iterable[str], *, groups: tuple[str, ...]
    ) -> frozenset[str]:
        """Return which of these documents a reader with `groups` may know of.

        A deleted document is still for whom it was. One that nothing was ever stored of is for
        nobody: whose it is to be is not known.

        Raises:
            Unavailable: the store is down or slow beyond its time limit.
        """
        ...


def without_overlap(parts: Iterable[SourcePart]) -> tuple[SourcePart, ...]:
    """Return parts that cover the same ranges without overlap, in the source's order.

    Text that two parts share stays with the first; a part that others cover is left out.
    """
    shown: list[SourcePart] = []
    reached = 0
    for part in sorted(parts, key=lambda part: part.start):
        start = max(part.start, reached)
        if start < part.end:
            shown.append(replace(part, start=start, text=part.text[start - part.start :]))
            reached = part.end
    return tuple(shown)
