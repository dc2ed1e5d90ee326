"""Whose record it is, without parsing its value."""

from __future__ import annotations

import re

from ragline.contracts.cloudevents import TENANT, last_header
from ragline.contracts.topics import BY_NAME, DOCUMENTS
from ragline.messaging.record import Record

# Records of nobody known share one line
UNKNOWN = ""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def tenant_of(record: Record) -> str:
    """Return the tenant in a document's key or in a record's header, else `UNKNOWN`.

    It decides only whose turn it is. A document's key comes first: publishers need no headers.
    """
    if BY_NAME[record.topic].key == DOCUMENTS.key:
        tenant, slash, _ = (record.key or b"").partition(b"/")
        if slash:
            return _name(tenant.decode("utf-8", "replace"))
    return _name(last_header(record.headers, TENANT) or "")


def _name(text: str) -> str:
    return text if _NAME.fullmatch(text) else UNKNOWN
