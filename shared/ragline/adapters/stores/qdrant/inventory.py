"""What a collection on Qdrant holds, read from the documents' markers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from ragline.adapters.stores.marked.document_list import listed
from ragline.adapters.stores.qdrant.client import QdrantConnection, connected
from ragline.adapters.stores.qdrant.points import marker
from ragline.adapters.stores.qdrant.scope import every, markers, of_tenant
from ragline.adapters.stores.qdrant.tenant import TenantPoints
from ragline.ports.inventory import Listed
from ragline.settings import VectorStoreSettings


class QdrantInventory:
    """Port `Inventory` over one collection for all tenants, which may not exist yet."""

    def __init__(self, connection: QdrantConnection, name: str) -> None:
        self._connection = connection
        self._name = name

    async def tenants(self) -> Sequence[str]:
        """Read all markers: names are kept with the points alone."""
        found = await self._points("").find(every(markers()))
        return sorted({each["tenant_name"] for each in found})

    async def documents(self, tenant: str) -> Mapping[str, Listed]:
        """Read all markers of a tenant."""
        found = await self._points(tenant).find(every(of_tenant(tenant), markers()))
        return listed(map(marker, found))

    def _points(self, tenant: str) -> TenantPoints:
        return TenantPoints(self._connection, self._name, tenant)


@asynccontextmanager
async def open_inventory(settings: VectorStoreSettings) -> AsyncIterator[QdrantInventory]:
    """Connect."""
    async with connected(settings) as connection:
        yield QdrantInventory(connection, settings.collection)
