"""One tenant's records: calls are time-limited, and reads never go back in the namespace's log.

Pinecone is eventually consistent. It gives each write a position in its namespace's log, and a
search says up to which position it reflects the log. So a read can demand a position, and is
repeated until it has it. What a search does not say is taken as unknown, never as reached.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from pinecone import AsyncIndex
from pinecone.errors.exceptions import NotFoundError
from pinecone.models.documents.document import Document
from pinecone.models.response_info import ResponseInfo

from ragline.adapters.stores.pinecone.client import PineconeConnection
from ragline.adapters.stores.pinecone.errors import UnknownIndex, guarded
from ragline.adapters.stores.pinecone.limits import (
    MAX_FETCHED,
    MAX_HITS,
    MAX_METADATA_BYTES,
    MAX_RECORDS,
    MAX_REQUEST_BYTES,
)
from ragline.adapters.stores.pinecone.schema import EMBEDDING, SPARSE
from ragline.adapters.stores.pinecone.scope import Condition
from ragline.adapters.stores.sparse import SparseVector
from ragline.errors import InvalidDocument, Unavailable

Record = dict[str, Any]
# fetches of one call that are under way at once
_AT_ONCE = 8
_FIRST_PAUSE_S = 0.02
_LONGEST_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class FoundRecords:
    """What a search found, best first, and the position up to which it has seen the log."""

    hits: Sequence[Document]
    position: int


class Positions:
    """The highest position that this process has seen of each namespace's log."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def of(self, namespace: str) -> int:
        """Return the position of a namespace, 0 if none was seen."""
        return self._seen.get(namespace, 0)

    def forget(self, namespace: str) -> None:
        """Take what comes next as it is: a namespace that was made anew begins its log again."""
        self._seen.pop(namespace, None)

    def saw(self, namespace: str, position: int) -> None:
        """Note that a search of the namespace had reached `position`."""
        self._seen[namespace] = max(position, self.of(namespace))


class Namespace:
    """Reads and writes the records of one namespace.

    Args:
        connection: where the index is.
        name: the namespace.
        positions: what this process has seen of the logs; shared by all namespaces.
        freshness_s: how long a read waits until it sees the position that it demands.
    """

    def __init__(
        self, connection: PineconeConnection, name: str, *, positions: Positions, freshness_s: float
    ) -> None:
        self._connection = connection
        self._positions = positions
        self._freshness_s = freshness_s
        self.name = name

    async def dense(
        self, embedding: Sequence[float], where: Condition, *, limit: int
    ) -> FoundRecords:
        """Search by cosine similarity; the hits have names and scores only."""
        clause = {"type": "dense_vector", "field": EMBEDDING, "values": list(embedding)}
        return await self._search(clause, where, limit=limit, fields=(), at=0)

    async def sparse(
        self,
        vector: SparseVector,
        where: Condition,
        *,
        limit: int = MAX_HITS,
        fields: Sequence[str] = (),
        at: int = 0,
    ) -> FoundRecords:
        """Search by the inner product with `vector`; what has none of its dimensions is no hit.

        Args:
            vector: the question.
            where: which records.
            limit: at most so many hits.
            fields: what is returned of a hit besides its name and score.
            at: the position in the log that the search must have seen.
        """
        if not vector:
            return FoundRecords((), self._positions.of(self.name))
        values = {"indices": list(vector.indices), "values": list(vector.values)}
        clause = {"type": "sparse_vector", "field": SPARSE, "sparse_values": values}
        return await self._search(clause, where, limit=limit, fields=fields, at=at)

    async def fetch(self, names: Sequence[str], fields: Sequence[str]) -> dict[str, Document]:
        """Return the records with these names, as far as there are any, with these fields.

        A fetch does not say which position it has seen: what it lacks may still come.
        """
        permits = asyncio.Semaphore(_AT_ONCE)

        async def page(at: int) -> dict[str, Document]:
            async with permits:
                return await self._fetch(names[at : at + MAX_FETCHED], fields)

        pages = await asyncio.gather(*(page(at) for at in range(0, len(names), MAX_FETCHED)))
        return {name: record for found in pages for name, record in found.items()}

    async def sample(self, where: Condition, fields: Sequence[str], limit: int) -> list[Document]:
        """Return one page of at most `limit` records that match, in no stated order."""
        found, _ = await self._page(where, fields, limit)
        return found

    async def every(self, where: Condition, fields: Sequence[str]) -> list[Document]:
        """Return all records that match, in no stated order; none if there is no such namespace."""
        records, after = await self._page(where, fields, MAX_FETCHED)
        while after is not None:
            found, after = await self._page(where, fields, MAX_FETCHED, after)
            records += found
        return records

    async def insert(self, records: Sequence[Record]) -> int:
        """Insert or overwrite `records`; return the position of the last write, 0 without any.

        Raises:
            InvalidDocument: a record's metadata is larger than Pinecone takes.
        """
        position = 0
        for batch in await asyncio.to_thread(_batches, records):
            async with self._writing("inserting records") as index:
                done = await index.documents.upsert(namespace=self.name, documents=batch)
            position = max(position, _committed(done.response_info))
        return position

    async def change(self, patches: Sequence[Record]) -> int:
        """Set fields of records by `_id`; those that do not exist any more stay away."""
        position = 0
        for at in range(0, len(patches), MAX_RECORDS):
            async with self._writing("changing records") as index:
                done = await index.documents.update(
                    namespace=self.name, documents=patches[at : at + MAX_RECORDS]
                )
            position = max(position, _committed(done.response_info))
        return position

    async def remove(self, names: Sequence[str]) -> int:
        """Remove the records with these names; those that do not exist are ignored."""
        position = 0
        for at in range(0, len(names), MAX_RECORDS):
            async with self._writing("removing records") as index:
                done = await index.documents.delete(
                    namespace=self.name, ids=names[at : at + MAX_RECORDS]
                )
            position = max(position, _committed(done.response_info))
        return position

    @asynccontextmanager
    async def _writing(self, action: str) -> AsyncIterator[AsyncIndex]:
        async with guarded(action, self._connection.timeout_s):
            index = await self._connection.index()
            try:
                yield index
            except NotFoundError:
                await self._connection.missed()
                raise

    async def _search(
        self, clause: Record, where: Condition, *, limit: int, fields: Sequence[str], at: int
    ) -> FoundRecords:
        """Search until the answer has seen position `at` and all that this process has seen.

        Raises:
            Unavailable: it does not see it in time.
        """
        demanded = max(at, self._positions.of(self.name))
        ends = asyncio.get_running_loop().time() + self._freshness_s
        pause = _FIRST_PAUSE_S
        while True:
            found = await self._search_once(clause, where, limit=limit, fields=fields)
            if found.position >= demanded:
                self._positions.saw(self.name, found.position)
                return found
            if asyncio.get_running_loop().time() + pause > ends:
                self._positions.forget(self.name)
                raise Unavailable(
                    f"Pinecone: after {self._freshness_s:g} s searches of namespace {self.name} "
                    f"show position {found.position} of its log and not yet {demanded}: try again, "
                    "or raise RAGLINE_VECTOR_STORE__FRESHNESS_S"
                )
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    async def _search_once(
        self, clause: Record, where: Condition, *, limit: int, fields: Sequence[str]
    ) -> FoundRecords:
        async with guarded("searching", self._connection.timeout_s):
            index = await self._connection.index()
            try:
                found = await index.documents.search(
                    namespace=self.name,
                    score_by=[clause],
                    top_k=min(limit, MAX_HITS),
                    include_fields=list(fields),
                    filter=where,
                )
            except NotFoundError:
                await self._connection.missed()
                return FoundRecords((), 0)
        info = found.response_info
        return FoundRecords(found.matches, (info.lsn_reconciled if info else None) or 0)

    async def _page(
        self, where: Condition, fields: Sequence[str], limit: int, after: str | None = None
    ) -> tuple[list[Document], str | None]:
        async with guarded("listing records", self._connection.timeout_s):
            try:
                index = await self._connection.index()
                found = await index.documents.fetch(
                    namespace=self.name,
                    filter=where,
                    include_fields=fields,
                    limit=limit,
                    pagination_token=after,
                )
            except (NotFoundError, UnknownIndex):
                return [], None
        further = found.pagination.next if found.pagination else None
        return list(found.documents.values()), further

    async def _fetch(self, names: Sequence[str], fields: Sequence[str]) -> dict[str, Document]:
        async with guarded("fetching records", self._connection.timeout_s):
            index = await self._connection.index()
            try:
                found = await index.documents.fetch(
                    namespace=self.name, ids=names, include_fields=fields
                )
            except NotFoundError:
                await self._connection.missed()
                return {}
        return found.documents


def _committed(info: ResponseInfo | None) -> int:
    position = info.lsn_committed if info else None
    if position is None:
        raise Unavailable(
            "Pinecone does not say at which position of the log a write is, which the version "
            "fence needs: use an index of the Documents API on the serverless service"
        )
    return position


def _batches(records: Iterable[Record]) -> list[list[Record]]:
    """Return the records in batches that one request takes each."""
    batches: list[list[Record]] = []
    size = 0
    for record in records:
        _check(record)
        length = len(orjson.dumps(record))
        if not batches or size + length > MAX_REQUEST_BYTES or len(batches[-1]) == MAX_RECORDS:
            batches.append([])
            size = 0
        batches[-1].append(record)
        size += length
    return batches


def _check(record: Record) -> None:
    metadata = {name: value for name, value in record.items() if name not in (EMBEDDING, SPARSE)}
    if (size := len(orjson.dumps(metadata))) > MAX_METADATA_BYTES:
        raise InvalidDocument(
            f"a record of the document has {size} bytes of metadata, and Pinecone takes "
            f"{MAX_METADATA_BYTES}: give the document fewer groups and tags",
            code="too_large",
        )
