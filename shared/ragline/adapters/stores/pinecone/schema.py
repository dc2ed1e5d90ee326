"""The index: what it is made with, and its creation even when many services start together."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pinecone.errors.exceptions import ConflictError
from pinecone.models.indexes.index import IndexModel

from ragline.adapters.stores.indexing import IndexIdentity, mismatch
from ragline.adapters.stores.pinecone.client import PineconeConnection
from ragline.adapters.stores.pinecone.errors import guarded
from ragline.errors import Misconfigured, Unavailable
from ragline.settings import VectorStoreSettings

EMBEDDING = "embedding"
SPARSE = "words"
# a new index takes some seconds; a start that waits longer is tried again by its supervisor
_READY_S = 120.0
_LOOK_S = 0.5
# a tag's value; what is longer is cut in the tag that people read, not in the one that is compared
_TAG_CHARS = 120


async def ensure(
    connection: PineconeConnection, settings: VectorStoreSettings, identity: IndexIdentity
) -> None:
    """Create the index unless it exists, check what it was made with, and wait until it is ready.

    Raises:
        FingerprintMismatch: the index holds another model's vectors.
        Misconfigured: the index is not one of ours.
        Unavailable: it is not ready in time.
    """
    index = await connection.find() or await _create(connection, settings, identity)
    _check(settings.collection, index, identity)
    try:
        async with asyncio.timeout(_READY_S):
            while not index.status.ready:
                await asyncio.sleep(_LOOK_S)
                index = await connection.find() or index
    except TimeoutError as error:
        raise Unavailable(
            f"Pinecone: index {connection.name} is {index.status.state} after {_READY_S:g} s; "
            "look at it in Pinecone's console"
        ) from error


async def _create(
    connection: PineconeConnection, settings: VectorStoreSettings, identity: IndexIdentity
) -> IndexModel:
    fields: dict[str, Any] = {
        EMBEDDING: {
            "type": "dense_vector",
            "dimension": identity.dimensions,
            "metric": "cosine",
        },
        SPARSE: {"type": "sparse_vector"},
    }
    cloud, _, region = settings.pinecone_region.partition(":")
    async with guarded("making the index", settings.timeout_s):
        try:
            return await connection.account.indexes.create(
                name=connection.name,
                schema={"fields": fields},
                deployment={"deployment_type": "managed", "cloud": cloud, "region": region},
                tags=_tags(identity),
                timeout=-1,
            )
        except ConflictError:
            pass  # another service was faster
    found = await connection.find()
    if found is None:
        raise Unavailable(f"Pinecone: index {connection.name} is made and removed; try again")
    return found


def _tags(identity: IndexIdentity) -> dict[str, str]:
    readable = "".join(c if c.isascii() and c.isprintable() else "_" for c in identity.fingerprint)
    return {
        "ragline-identity": _digest(identity),
        "ragline-fingerprint": readable[:_TAG_CHARS],
        "ragline-dimensions": str(identity.dimensions),
        "ragline-analysis": str(identity.analysis),
    }


def identity_of(index: IndexModel) -> IndexIdentity:
    """Return what an index was made with; a very long fingerprint is cut.

    Raises:
        Misconfigured: the index is not one of ours.
    """
    tags = _own_tags(index)
    return IndexIdentity(
        tags.get("ragline-fingerprint", "?"),
        int(tags.get("ragline-dimensions", 0)),
        int(tags.get("ragline-analysis", 0)),
    )


def _check(collection: str, index: IndexModel, identity: IndexIdentity) -> None:
    if _own_tags(index)["ragline-identity"] != _digest(identity):
        raise mismatch(collection, identity_of(index), identity)


def _own_tags(index: IndexModel) -> Mapping[str, str]:
    tags = index.tags or {}
    if "ragline-identity" not in tags:
        raise Misconfigured(
            f"index {index.name} exists and was not made by Ragline: name another one "
            "(RAGLINE_VECTOR_STORE__COLLECTION)"
        )
    return tags


def _digest(identity: IndexIdentity) -> str:
    return hashlib.sha256(json.dumps(asdict(identity)).encode()).hexdigest()
