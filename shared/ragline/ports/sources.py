"""The source behind a citation, as whoever opens it (`DocumentReader`) sees it."""

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

    Between parts lie only white space and headings, which the next part has in `heading_path`. The
    source text is what the parser made of the content: PDF, DOCX and HTML are text here.
    `media_type` is null for what Weaviate stored before it kept media types.
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
    """Opens documents that somebody may read."""

    async def read(self, ref: DocumentRef, *, groups: tuple[str, ...]) -> SourceText | None:
        """Return the current version, whole, for a reader with `groups`.

        None when searches would never show it to them: the document is unknown, deleted, has no
        chunks or is not theirs to read; the caller cannot tell which.

        Raises:
            Unavailable: the store is down or slow beyond its time limit, or the document is being
                changed all the while; trying again helps.
        """
        ...


def without_overlap(parts: Iterable[SourcePart]) -> tuple[SourcePart, ...]:
    """Return parts that cover the same ranges, in the source's order, none of them twice.

    What two parts share stays with the first; a part that lies within others is left out.
    """
    shown: list[SourcePart] = []
    reached = 0
    for part in sorted(parts, key=lambda part: part.start):
        start = max(part.start, reached)
        if start < part.end:
            shown.append(replace(part, start=start, text=part.text[start - part.start :]))
            reached = part.end
    return tuple(shown)
