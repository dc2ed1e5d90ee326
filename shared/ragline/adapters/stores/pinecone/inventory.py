"""What a collection on Pinecone holds, read from the documents' markers.

Neither the list of namespaces nor a listing of records says which writes it has seen: what was
written just before may still lack.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from pinecone.models.documents.document import Document

from ragline.adapters.stores.marked.document_list import listed
from ragline.adapters.stores.marked.markers import MARKERS, Marker
from ragline.adapters.stores.pinecone.client import PineconeConnection, connected
from ragline.adapters.stores.pinecone.errors import UnknownIndex, guarded
from ragline.adapters.stores.pinecone.keys import namespace, tenant_of
from ragline.adapters.stores.pinecone.namespace import Namespace, Positions
from ragline.adapters.stores.pinecone.pieces import joined
from ragline.adapters.stores.pinecone.records import MARKER_FIELDS, marker, marker_facts
from ragline.adapters.stores.pinecone.scope import ABOUT
from ragline.ports.inventory import Listed
from ragline.settings import VectorStoreSettings

log = logging.getLogger(__name__)


class PineconeInventory:
    """Port `Inventory` over one document index, which may not exist yet."""

    def __init__(self, connection: PineconeConnection, *, freshness_s: float) -> None:
        self._connection = connection
        self._freshness_s = freshness_s

    async def tenants(self) -> Sequence[str]:
        """Read the names of the namespaces; a name too long to be one is told in the log."""
        found = {name: tenant_of(name) for name in await namespaces(self._connection)}
        if hidden := sorted(name for name, tenant in found.items() if tenant is None):
            log.warning("Pinecone: whose namespaces these are is not known: %s", ", ".join(hidden))
        return sorted(tenant for tenant in found.values() if tenant is not None)

    async def documents(self, tenant: str) -> Mapping[str, Listed]:
        """Read all markers of a tenant."""
        records = Namespace(
            self._connection,
            namespace(tenant),
            positions=Positions(),
            freshness_s=self._freshness_s,
        )
        found = await records.every(
            {"kind": {"$in": [*MARKERS, ABOUT]}}, (*MARKER_FIELDS, "of", "piece")
        )
        return listed(_named(found))


def _named(records: Iterable[Document]) -> Iterator[Marker]:
    """Yield the markers with names; one of which a piece is not there yet is left out."""
    first: list[Document] = []
    further: defaultdict[tuple[object, ...], dict[int, str]] = defaultdict(dict)
    for each in records:
        if each.get("kind") == ABOUT:
            of = (each.get("of"), each.get("document"), each.get("version"))
            further[of][int(each.get("piece"))] = str(each.get("payload"))
        else:
            first.append(each)
    for each in first:
        of = (each.get("kind"), each.get("document"), each.get("version"))
        text = joined(str(each.get("payload")), further[of], int(each.get("pieces") or 0))
        if text is not None:
            said = marker_facts(text)
            yield replace(marker(each), document_id=said.document_id, groups=said.groups)


async def namespaces(connection: PineconeConnection) -> list[str]:
    """Return the names of the namespaces that hold something; none if there is no index."""
    async with guarded("listing namespaces", connection.timeout_s):
        try:
            index = await connection.index()
            found = await index.describe_index_stats()
        except UnknownIndex:
            return []
    return sorted(name for name, each in found.namespaces.items() if each.vector_count)


@asynccontextmanager
async def open_inventory(settings: VectorStoreSettings) -> AsyncIterator[PineconeInventory]:
    """Connect."""
    async with connected(settings) as connection:
        yield PineconeInventory(connection, freshness_s=settings.freshness_s)
