"""A part of a document's text that is small enough for an agent's context. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ragline_gateway.documents.models import SourcePartBody


@dataclass(frozen=True, slots=True)
class SourceExcerpt:
    """`parts` in the source's order; the rest begins at `next_start`, null at the end."""

    parts: tuple[SourcePartBody, ...]
    next_start: int | None


def excerpt(parts: Sequence[SourcePartBody], *, start: int, most: int) -> SourceExcerpt:
    """Return what `parts` hold of the slice of `most` characters from `start` on.

    Places are code points of the source text, as in citations. White space between parts belongs to
    the slice, so its text may be shorter than `most`.
    """
    end = start + most
    taken = tuple(
        _cut(part, max(start, part.start), min(end, part.end))
        for part in parts
        if part.start < end and part.end > start
    )
    left = [part for part in parts if part.end > end]
    return SourceExcerpt(taken, max(end, left[0].start) if left else None)


def _cut(part: SourcePartBody, start: int, end: int) -> SourcePartBody:
    text = part.text[start - part.start : end - part.start]
    return part.model_copy(update={"start": start, "end": end, "text": text})
