"""What a collection on Weaviate holds, read from the documents' markers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from ragline.adapters.stores.marked.document_list import listed
from ragline.adapters.stores.marked.markers import MarkerKind
from ragline.adapters.stores.marked.objects import UnknownCollection
from ragline.adapters.stores.weaviate.client import Connection, connected
from ragline.adapters.stores.weaviate.errors import UnknownTenant, guarded
from ragline.adapters.stores.weaviate.objects import VERDICT_PROPERTIES, marker
from ragline.ports.inventory import Listed
from ragline.settings import VectorStoreSettings

# the objects of a million chunks: Weaviate's cursor goes over all of them, in no order
_LIMIT_S = 900.0


class WeaviateInventory:
    """Port `Inventory` over one multi-tenant collection, which may not exist yet."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._name = name

    async def tenants(self) -> Sequence[str]:
        """Read the collection's tenants."""
        try:
            async with guarded("listing tenants", _LIMIT_S):
                return sorted(await self._connection.collection(self._name).tenants.get())
        except UnknownCollection:
            return []

    async def documents(self, tenant: str) -> Mapping[str, Listed]:
        """Read all markers of a tenant."""
        try:
            async with guarded("listing documents", _LIMIT_S):
                objects = self._connection.collection(self._name).with_tenant(tenant)
                markers = [
                    marker(found.properties)
                    async for found in objects.iterator(return_properties=VERDICT_PROPERTIES)
                    if found.properties["kind"] != MarkerKind.CHUNK
                ]
        except (UnknownCollection, UnknownTenant):
            return {}
        return listed(markers)


@asynccontextmanager
async def open_inventory(settings: VectorStoreSettings) -> AsyncIterator[WeaviateInventory]:
    """Connect."""
    async with connected(settings) as connection:
        yield WeaviateInventory(connection, settings.collection)
