"""The collection that says what an index was made with."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from ragline.adapters.stores.chroma.client import ChromaConnection
from ragline.adapters.stores.chroma.names import root
from ragline.adapters.stores.indexing import IndexIdentity, mismatch
from ragline.errors import Misconfigured

_IDENTITY = "identity"


async def ensure(connection: ChromaConnection, collection: str, identity: IndexIdentity) -> None:
    """Create the collection unless it exists, and check what it was made with.

    Raises:
        FingerprintMismatch: the collection holds another model's vectors.
        Misconfigured: the collection is not one of ours.
    """
    stated = {_IDENTITY: json.dumps(asdict(identity))}
    # of services that start together one creates it, and the others are told what it wrote
    found = await connection.ensure(root(collection), stated)
    stored = _identity(collection, found)
    if stored != identity:
        raise mismatch(collection, stored, identity)


async def stored_identity(connection: ChromaConnection, collection: str) -> IndexIdentity | None:
    """Return what the collection was made with, or None if there is no such collection."""
    found = await connection.collection(root(collection))
    return _identity(collection, found) if found else None


def _identity(collection: str, found: dict[str, Any]) -> IndexIdentity:
    try:
        return IndexIdentity(**json.loads(found["metadata"][_IDENTITY]))
    except (KeyError, ValueError, TypeError) as error:
        raise Misconfigured(
            f"collection {root(collection)} exists and was not made by Ragline: name another one "
            "(RAGLINE_VECTOR_STORE__COLLECTION)"
        ) from error
