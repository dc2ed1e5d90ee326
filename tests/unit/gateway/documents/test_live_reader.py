"""A source is read from the index that is live when the reading begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from ragline.ports.sources import SourceText
from ragline.ports.store import DocumentRef
from ragline_gateway.documents.live_reader import LiveReader

REF = DocumentRef(tenant="default", document_id="a")


class Reader:
    """Knows one document, in the version of its index."""

    def __init__(self, version: int) -> None:
        self._version = version

    async def read(self, ref: DocumentRef, *, groups: tuple[str, ...]) -> SourceText | None:
        return SourceText(
            version=self._version,
            title=ref.document_id,
            url=None,
            media_type=None,
            language=None,
            tags=(),
            updated_at=None,
            parts=(),
        )

    async def permitted(
        self, tenant: str, document_ids: Iterable[str], *, groups: tuple[str, ...]
    ) -> frozenset[str]:
        return frozenset(document_ids) if self._version == 2 else frozenset()


async def test_each_reading_is_of_the_index_that_is_live_then() -> None:
    live = Reader(1)

    @contextmanager
    def using() -> Iterator[tuple[str, Reader]]:
        yield "some", live

    reader = LiveReader(using)
    before = await reader.read(REF, groups=())
    assert before is not None
    assert before.version == 1
    assert await reader.permitted("default", ["a"], groups=()) == frozenset()
    live = Reader(2)
    after = await reader.read(REF, groups=())
    assert after is not None
    assert after.version == 2
    assert await reader.permitted("default", ["a"], groups=()) == {"a"}
