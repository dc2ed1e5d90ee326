"""Redis keys of what belongs to one query."""

from __future__ import annotations

from ragline.contracts.base import QueryRef


def query_key(kind: str, query: QueryRef) -> str:
    """Return the key of `kind` of a query: `ragline:<kind>/<tenant>/<query id>`.

    A tenant's name holds no slash, so no two queries share a key, and none has that of a query of
    an earlier release (`ragline:<kind>:<query id>`), which knew no tenant.
    """
    return f"ragline:{kind}/{query.tenant}/{query.query_id}"
