"""Sources: the markers name the version, and are read again after the chunks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator

from ragline.adapters.stores.marked.markers import DocumentState, Marker
from ragline.adapters.stores.marked.objects import MarkedObjects
from ragline.errors import Unavailable
from ragline.ports.sources import SourceText

# Reads the version that a content marker names, for a reader with these groups. Every chunk has the
# hash that the marker names; None when that is not so
ReadVersion = Callable[[Marker, tuple[str, ...]], Awaitable[SourceText | None]]
# chunks in one call: a megabyte of text
_PAGE = 500
# a document that changes while it is read is read again, this often at most
_MAX_ATTEMPTS = 5


async def read(
    tenant: MarkedObjects, document_id: str, groups: tuple[str, ...], version: ReadVersion
) -> SourceText | None:
    """Return the document's current version if `groups` may read it, else None.

    The version was current and readable during the whole read: the markers before and after it
    agree.
    """
    content = _shown(await tenant.state(document_id), groups)
    for _ in range(_MAX_ATTEMPTS):
        if content is None:
            return None
        source = await version(content, groups)
        before, content = content, _shown(await tenant.state(document_id), groups)
        if source and content == before:
            return source
    raise Unavailable(f"{document_id} is being changed while it is read; try again")


async def permitted(
    tenant: MarkedObjects, document_ids: Iterable[str], groups: tuple[str, ...]
) -> frozenset[str]:
    """Return which of these documents a reader with `groups` may know of."""
    states = await tenant.verdicts(document_ids)
    return frozenset(
        document_id
        for document_id, state in states.items()
        if state.markers and state.is_for(groups)
    )


def pages(chunks: int) -> Iterator[range]:
    """Yield the ordinals of so many chunks, as many at once as one call should read."""
    return (range(at, min(at + _PAGE, chunks)) for at in range(0, chunks, _PAGE))


def _shown(state: DocumentState, groups: tuple[str, ...]) -> Marker | None:
    content = state.content
    if content is None or not content.chunk_hashes or not state.shows(content.version, groups):
        return None
    return content
