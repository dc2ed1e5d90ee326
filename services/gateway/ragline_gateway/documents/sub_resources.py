"""What lies below a document's path, and so ends no document's id. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Names, and the method that each is for
SUB_RESOURCES: Mapping[str, str] = MappingProxyType(
    {"access": "PUT", "status": "GET", "source": "GET"}
)


def sub_resource(document_id: str) -> str | None:
    """Return which one the path of `document_id` is; None if it is a document's own.

    >>> sub_resource("handbook/status"), sub_resource("status")
    ('status', None)
    """
    _, slash, name = document_id.rpartition("/")
    return name if slash and name in SUB_RESOURCES else None
