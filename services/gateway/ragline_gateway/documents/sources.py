"""The document store behind citations, opened on first use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from ragline.ports.sources import DocumentReader, SourceText
from ragline.ports.store import DocumentRef


class OpenedLater:
    """Implements `DocumentReader` over a store that may be unreachable when the gateway starts."""

    def __init__(
        self,
        open_reader: Callable[[], AbstractAsyncContextManager[DocumentReader]],
        stack: AsyncExitStack,
    ) -> None:
        self._open = open_reader
        self._stack = stack
        self._opening = asyncio.Lock()
        self._reader: DocumentReader | None = None

    async def read(self, ref: DocumentRef, *, groups: tuple[str, ...]) -> SourceText | None:
        """Return the document's current version, or None.

        Raises:
            Unavailable: the store is down.
        """
        return await (await self._opened()).read(ref, groups=groups)

    async def permitted(
        self, tenant: str, document_ids: Iterable[str], *, groups: tuple[str, ...]
    ) -> frozenset[str]:
        """Return which of these documents a reader with `groups` may know of.

        Raises:
            Unavailable: the store is down.
        """
        return await (await self._opened()).permitted(tenant, document_ids, groups=groups)

    async def _opened(self) -> DocumentReader:
        async with self._opening:
            if self._reader is None:
                self._reader = await self._stack.enter_async_context(self._open())
            return self._reader


@asynccontextmanager
async def opened_later(
    open_reader: Callable[[], AbstractAsyncContextManager[DocumentReader]],
) -> AsyncIterator[OpenedLater]:
    """Yield a reader that opens its store on first use, and close the store at the end."""
    async with AsyncExitStack() as stack:
        yield OpenedLater(open_reader, stack)
