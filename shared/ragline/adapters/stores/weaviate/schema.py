"""The collection: its properties, and its creation even when many services start together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from weaviate import WeaviateAsyncClient
from weaviate.classes.config import (
    Configure,
    DataType,
    Property,
    StopwordsPreset,
    Tokenization,
    VectorDistances,
)
from weaviate.exceptions import UnexpectedStatusCodeError, WeaviateInvalidInputError
from weaviate.outputs.config import CollectionConfig, CollectionConfigSimple

from ragline.adapters.stores.bm25 import BM25_B, BM25_K1
from ragline.adapters.stores.indexing import IndexIdentity, mismatch
from ragline.errors import Misconfigured
from ragline.settings import Quantisation


def _stored(name: str, data_type: DataType = DataType.TEXT) -> Property:
    return Property(name=name, data_type=data_type, index_filterable=False, index_searchable=False)


def _exact(name: str, data_type: DataType = DataType.TEXT) -> Property:
    return Property(
        name=name,
        data_type=data_type,
        tokenization=Tokenization.FIELD,
        index_filterable=True,
        index_searchable=False,
    )


def _ordered(name: str, data_type: DataType) -> Property:
    return Property(name=name, data_type=data_type, index_filterable=True, index_range_filters=True)


def _words(name: str, *, filterable: bool) -> Property:
    return Property(
        name=name,
        data_type=DataType.TEXT,
        tokenization=Tokenization.WHITESPACE,
        index_filterable=filterable,
        index_searchable=True,
    )


def _shared() -> list[Property]:
    # versions are decimal text: numbers are sent as doubles, which are exact only up to 2^53
    return [_exact("kind"), _exact("document"), _exact("version"), _stored("document_id")]


def _of_chunks() -> list[Property]:
    return [
        _ordered("ordinal", DataType.INT),
        _exact("readers", DataType.TEXT_ARRAY),
        _exact("access"),
        _exact("facets", DataType.TEXT_ARRAY),
        _ordered("updated_at", DataType.DATE),
        _words("relevance", filterable=False),
        _words("metadata", filterable=True),
        _stored("text"),
        _stored("start", DataType.INT),
        _stored("end", DataType.INT),
        _stored("title"),
        _stored("heading_path", DataType.TEXT_ARRAY),
        _stored("url"),
        _stored("media_type"),
        _stored("language"),
        _stored("tags", DataType.TEXT_ARRAY),
        _stored("attributes"),
        _stored("content_hash"),
    ]


def _of_markers() -> list[Property]:
    return [
        _stored("states_access", DataType.BOOL),
        _stored("groups", DataType.TEXT_ARRAY),
        _stored("chunk_hashes", DataType.TEXT_ARRAY),
    ]


def _all() -> list[Property]:
    return [*_shared(), *_of_chunks(), *_of_markers()]


async def ensure(
    client: WeaviateAsyncClient, name: str, identity: IndexIdentity, quantisation: Quantisation
) -> None:
    """Create the collection unless it exists, and check what it was made with.

    A collection from an earlier release gets the properties that were added since: servers without
    automatic schema creation would reject our objects.

    Raises:
        FingerprintMismatch: the collection holds another model's vectors.
        Misconfigured: the collection is not one of ours, or the server keeps replicas of it.
    """
    if not await client.collections.exists(name):
        try:
            await _create(client, name, identity, quantisation)
        except UnexpectedStatusCodeError:
            # another service was faster; any other problem shows up again below
            if not await client.collections.exists(name):
                raise
    config = await client.collections.use(name).config.get()
    stored = _identity(name, config.description)
    if stored != identity:
        raise mismatch(name, stored, identity)
    check_replicas(name, config.replication_config.factor)
    for missing in _missing(config):
        await _add(client, name, missing)


def check_replicas(name: str, factor: int) -> None:
    """Refuse a collection with several replicas of a tenant.

    Raises:
        Misconfigured: it has them; says what to change.
    """
    if factor > 1:
        raise Misconfigured(
            f"collection {name} has {factor} replicas, between which Weaviate can show older "
            "versions again: set the server's REPLICATION_MINIMUM_FACTOR to 1 and name another "
            "collection (RAGLINE_VECTOR_STORE__COLLECTION)"
        )


def check_word_index(name: str, described: Mapping[str, Any]) -> None:
    """Refuse a collection in whose index of words the server loses hits.

    With `usingBlockMaxWAND` a search for `limit` hits may lack the best ones, unless no more than
    `limit` chunks hold one of its words. Servers from 1.35 make every collection so, unless they
    are told otherwise.

    Args:
        name: the collection's.
        described: what the server's HTTP API says of it.

    Raises:
        Misconfigured: the collection has that index; says what to change.
    """
    if described.get("invertedIndexConfig", {}).get("usingBlockMaxWAND"):
        raise Misconfigured(
            f"collection {name} finds words by Weaviate's index BlockMax, whose searches miss best "
            "hits: start the server with USE_INVERTED_SEARCHABLE=false, and name another "
            "collection (RAGLINE_VECTOR_STORE__COLLECTION)"
        )


async def stored_identity(client: WeaviateAsyncClient, name: str) -> IndexIdentity | None:
    """Return what the collection was made with, or None if there is no such collection.

    Raises:
        Misconfigured: the collection is not one of ours.
    """
    if not await client.collections.exists(name):
        return None
    config = await client.collections.use(name).config.get(simple=True)
    return _identity(name, config.description)


def _missing(config: CollectionConfig | CollectionConfigSimple) -> list[Property]:
    known = {each.name for each in config.properties}
    return [each for each in _all() if each.name not in known]


async def _add(client: WeaviateAsyncClient, name: str, missing: Property) -> None:
    config = client.collections.use(name).config
    try:
        await config.add_property(missing)
    except (UnexpectedStatusCodeError, WeaviateInvalidInputError):
        # another service was faster; any other problem is raised
        if missing in _missing(await config.get(simple=True)):
            raise


async def _create(
    client: WeaviateAsyncClient, name: str, identity: IndexIdentity, quantisation: Quantisation
) -> None:
    await client.collections.create(
        name,
        description=json.dumps(asdict(identity)),
        properties=_all(),
        multi_tenancy_config=Configure.multi_tenancy(
            enabled=True, auto_tenant_creation=True, auto_tenant_activation=True
        ),
        # set at creation: changing k1 and b later has made shards read-only
        inverted_index_config=Configure.inverted_index(
            bm25_k1=BM25_K1, bm25_b=BM25_B, stopwords_preset=StopwordsPreset.NONE
        ),
        vector_config=Configure.Vectors.self_provided(
            quantizer=_quantizer(quantisation),
            vector_index_config=Configure.VectorIndex.hnsw(distance_metric=VectorDistances.COSINE),
        ),
    )


def _quantizer(quantisation: Quantisation) -> Any:
    kinds = Configure.VectorIndex.Quantizer
    match quantisation:
        case Quantisation.RQ_8:
            return kinds.rq(bits=8)
        case Quantisation.RQ_1:
            return kinds.rq(bits=1)
        case Quantisation.BQ:
            return kinds.bq()
        case Quantisation.NONE:  # said, because newer servers quantise by default
            return kinds.none()


def _identity(name: str, description: str | None) -> IndexIdentity:
    try:
        return IndexIdentity(**json.loads(description or ""))
    except (ValueError, TypeError) as error:
        raise Misconfigured(
            f"collection {name} exists and was not made by Ragline: name another one "
            "(RAGLINE_VECTOR_STORE__COLLECTION)"
        ) from error
