"""The addresses of documents as MCP resources: `ragline://documents/` and the document's id."""

from __future__ import annotations

from urllib.parse import quote, unquote

_PREFIX = "ragline://documents/"
TEMPLATE = f"{_PREFIX}{{+document_id}}"


def address_of(document_id: str) -> str:
    """Return the address of a document; a slash in its id stays one."""
    return _PREFIX + quote(document_id, safe="/")


def document_at(address: str) -> str | None:
    """Return the id of the document at `address`, or None if it is no document's."""
    if not address.startswith(_PREFIX):
        return None
    try:
        return unquote(address.removeprefix(_PREFIX), errors="strict") or None
    except UnicodeDecodeError:
        return None
