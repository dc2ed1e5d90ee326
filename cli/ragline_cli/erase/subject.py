"""What is to be erased, and whether something speaks of it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ragline.contracts.base import DEFAULT_TENANT, QueryRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Documents of a tenant, or all that the tenant has (`documents` is None)."""

    tenant: str
    documents: frozenset[str] | None = None

    def covers(self, tenant: str, document_id: str) -> bool:
        """Whether a document is erased."""
        return tenant == self.tenant and (self.documents is None or document_id in self.documents)

    def covers_key(self, key: bytes | None) -> bool:
        """Whether a record's key, `tenant/document_id`, is that of an erased document."""
        tenant, slash, document_id = (key or b"").decode("utf-8", "replace").partition("/")
        return bool(slash) and self.covers(tenant, document_id)

    def is_in(self, value: bytes | str | None) -> bool:
        """Whether a value of JSON speaks of it: of the tenant, and anywhere of a document's id.

        A value that cannot be read speaks of nothing.
        """
        told = parsed(value)
        if told.get("tenant", DEFAULT_TENANT) != self.tenant:
            return False
        return self.documents is None or any(each in self.documents for each in _ids_in(told))


def parsed(value: bytes | str | None) -> dict[str, Any]:
    """Return the object in a value; an empty one if there is none."""
    try:
        found = json.loads(value or b"{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def query_in(value: bytes | None) -> QueryRef | None:
    """Return which query an event is about, or None if it does not say."""
    told = parsed(value)
    query_id = told.get("query_id")
    if not isinstance(query_id, str):
        return None
    return QueryRef(str(told.get("tenant", DEFAULT_TENANT)), query_id)


def _ids_in(told: Any) -> Iterable[str]:
    waiting = [told]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if isinstance(found := each.get("document_id"), str):
                yield found
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
