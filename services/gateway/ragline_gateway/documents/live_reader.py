"""The sources of the live index."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from ragline.ports.sources import DocumentReader, SourceText
from ragline.ports.store import DocumentRef


class LiveReader:
    """Reads each document from one index: the live one when its work begins.

    Args:
        using: yields the live index's name and reader, and keeps them open for the block.
    """

    def __init__(
        self, using: Callable[[], AbstractContextManager[tuple[str, DocumentReader]]]
    ) -> None:
        self._using = using

    async def read(self, ref: DocumentRef, *, groups: tuple[str, ...]) -> SourceText | None:
        """Return the document's current version, or None.

        Raises:
            Unavailable: the store is down.
        """
        with self._using() as (_, reader):
            return await reader.read(ref, groups=groups)

    async def permitted(
        self, tenant: str, document_ids: Iterable[str], *, groups: tuple[str, ...]
    ) -> frozenset[str]:
        """Return which of these documents a reader with `groups` may know of.

        Raises:
            Unavailable: the store is down.
        """
        with self._using() as (_, reader):
            return await reader.permitted(tenant, document_ids, groups=groups)
