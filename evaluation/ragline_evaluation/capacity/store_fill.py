"""Fills a store with a generated corpus through the writer's port; goes on where it stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ragline.ports.store import ChunkStore, DocumentRef
from ragline_evaluation.capacity.corpus import CHUNKS_PER_DOCUMENT, GeneratedCorpus, document_id

# writers side by side
AT_ONCE = 4
Progress = Callable[[int], None]


async def stored_documents(store: ChunkStore, *, tenant: str, most: int) -> int:
    """Return how many documents, from the first one on, a store holds for certain.

    They were written in order but for the last `AT_ONCE`, which may lack one among them.
    """
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        ref = DocumentRef(tenant=tenant, document_id=document_id(middle - 1))
        if await store.current(ref) is None:
            high = middle - 1
        else:
            low = middle
    return low if low == most else max(0, low - 2 * AT_ONCE)


async def fill(
    store: ChunkStore, corpus: GeneratedCorpus, first: int, end: int, progress: Progress
) -> None:
    """Write the documents `[first, end)`, `AT_ONCE` at a time.

    Raises:
        Unavailable: the store does not answer.
    """
    numbers = iter(range(first, end))

    async def write() -> None:
        for number in numbers:  # shared: each writer takes the next one
            await store.upsert(corpus.document(number))
            progress(CHUNKS_PER_DOCUMENT)

    async with asyncio.TaskGroup() as writers:
        for _ in range(AT_ONCE):
            writers.create_task(write())
