"""Cited quotes as a document's text, if the topic does not contain the document itself."""

from __future__ import annotations

from collections.abc import Iterable

from ragline.contracts.answers import Citation

_GAP = "\n\n"


def quoted_text(citations: Iterable[Citation]) -> str:
    """Return the quotes of one version of a document in document order, without overlaps."""
    parts: list[str] = []
    reached: int | None = None
    for citation in sorted(citations, key=lambda each: (each.start, -len(each.quote))):
        end = citation.start + len(citation.quote)
        if reached is None or citation.start > reached:
            parts += [_GAP, citation.quote]
        elif end > reached:
            parts.append(citation.quote[reached - citation.start :])
        reached = max(end, reached or end)
    return "".join(parts).strip()
