"""The names of our collections: `ragline.<Collection>`, and two for each tenant below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ragline.adapters.stores.marked.keys import filter_key

# the metadata of a tenant's collections that says whose they are
TENANT = "tenant"


@dataclass(frozen=True, slots=True)
class TenantCollections:
    """A tenant's collections: chunks with their vectors; markers and words."""

    chunks: str
    facts: str

    @classmethod
    def of(cls, collection: str, tenant: str) -> TenantCollections:
        """Return the names; a tenant's own name may hold what Chroma's names may not."""
        base = f"{root(collection)}.{filter_key('tenant', tenant)}"
        return cls(f"{base}.chunks", f"{base}.facts")


def tenants_of(collection: str, found: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return whose collections of an index are among those that the server says it has."""
    names = {each["name"]: (each.get("metadata") or {}).get(TENANT) for each in found}
    return sorted(
        {
            tenant
            for name, tenant in names.items()
            if tenant and name == TenantCollections.of(collection, tenant).facts
        }
    )


def root(collection: str) -> str:
    """Return the name of the collection that says what the index was made with."""
    return f"ragline.{collection}"
