"""Ids and filter keys, derived from names so that writes are idempotent."""

from __future__ import annotations

from uuid import UUID, uuid5

from ragline.adapters.stores.analysis import clean

_NAMESPACE = UUID("5f6b1c0e-6a52-5d0c-9d0f-3c1c6f4f7c11")
# the `readers` value of a document that is open to its whole tenant; no group can have this key
OPEN = "open"


def key(kind: str, *names: object) -> UUID:
    """Return the id of the object with these `names`; no two lists of names share an id."""
    return uuid5(_NAMESPACE, "\0".join((kind, *(clean(str(name)) for name in names))))


def chunk_key(document_id: str, version: int, ordinal: int) -> UUID:
    """Return the id of a chunk."""
    return key("chunk", document_id, version, ordinal)


def filter_key(kind: str, name: str) -> str:
    """Return a token that stands for `name` in filters.

    The token is needed because names must match exactly, and Weaviate would trim and tokenise them.
    """
    return key(kind, name).hex


def document_key(document_id: str) -> str:
    """Return the token of a document, on its chunks and markers."""
    return filter_key("document", document_id)


def reader_keys(groups: tuple[str, ...]) -> list[str]:
    """Return the tokens of those who may read: the groups, or everyone when there are none."""
    return sorted({filter_key("group", group) for group in groups}) or [OPEN]


def access_key(groups: tuple[str, ...]) -> str:
    """Return one token for a set of groups, to find the chunks that carry another set."""
    return key("access", *sorted(set(groups))).hex
