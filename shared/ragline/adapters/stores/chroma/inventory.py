"""What an index on Chroma holds, read from the documents' markers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from ragline.adapters.stores.chroma.client import ChromaConnection, connected
from ragline.adapters.stores.chroma.names import tenants_of
from ragline.adapters.stores.chroma.records import marker
from ragline.adapters.stores.chroma.tenant import TenantRecords
from ragline.adapters.stores.marked.document_list import listed
from ragline.adapters.stores.marked.markers import MARKERS
from ragline.ports.inventory import Listed
from ragline.settings import VectorStoreSettings


class ChromaInventory:
    """Port `Inventory` over the collections of an index, which may not exist yet."""

    def __init__(self, connection: ChromaConnection, name: str) -> None:
        self._connection = connection
        self._name = name

    async def tenants(self) -> Sequence[str]:
        """Read whose collections there are."""
        return tenants_of(self._name, await self._connection.collections())

    async def documents(self, tenant: str) -> Mapping[str, Listed]:
        """Read all markers of a tenant."""
        records = TenantRecords(self._connection, self._name, tenant)
        found = await records.find(records.names.facts, where={"kind": {"$in": [*MARKERS]}})
        return listed(marker(each.metadata) for each in found)


@asynccontextmanager
async def open_inventory(settings: VectorStoreSettings) -> AsyncIterator[ChromaInventory]:
    """Connect."""
    async with connected(settings) as connection:
        yield ChromaInventory(connection, settings.collection)
