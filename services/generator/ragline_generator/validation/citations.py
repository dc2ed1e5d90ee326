"""Citations: for each marker of the answer, the range of the source that supports its claims."""

from __future__ import annotations

from collections.abc import Iterable

from ragline.contracts.answers import Citation, NearestSource
from ragline.contracts.queries import Passage
from ragline_generator.passages.context import Context, Excerpt
from ragline_generator.passages.units import Unit

_NEAREST = 3


def cite(marker: int, excerpt: Excerpt, evidence: Iterable[Unit]) -> Citation:
    """Cite the range from the first to the last unit of `evidence`; without any, the excerpt's.

    `quote` is the source's text at `[start, end)`, because a passage's text is a slice of it.
    """
    units = tuple(evidence) or excerpt.units
    first, last = min(u.start for u in units), max(u.end for u in units)
    passage = excerpt.passage
    return Citation(
        marker=marker,
        chunk_id=passage.chunk_id,
        document_id=passage.document_id,
        version=passage.version,
        title=passage.title,
        heading_path=passage.heading_path,
        url=passage.url,
        start=passage.start + first,
        end=passage.start + last,
        quote=passage.text[first:last],
        hop=passage.hop,
    )


def nearest(passages: Iterable[Passage]) -> tuple[NearestSource, ...]:
    """Return the few best documents, best first, each by its best passage."""
    best: dict[str, Passage] = {}
    for passage in sorted(passages, key=lambda p: -p.score):
        best.setdefault(passage.document_id, passage)
    return tuple(
        NearestSource(
            document_id=p.document_id,
            version=p.version,
            title=p.title,
            heading_path=p.heading_path,
            url=p.url,
            score=p.score,
        )
        for p in list(best.values())[:_NEAREST]
    )


def markers_of(context: Context) -> range:
    """Return the valid marker numbers of `context`."""
    return range(1, len(context) + 1)
