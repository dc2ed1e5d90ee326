"""Qdrant's real engine behind the calls of its client that the adapter makes.

`qdrant-edge-py` is the server's engine as a library, for one shard: filters, payload indexes, HNSW
and sparse vectors with IDF are the server's own. What it does not have is the network, replicas and
authentication.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import qdrant_edge as edge
from qdrant_client import models


class EdgeClient:
    """The calls of `AsyncQdrantClient` that the adapter makes, on shards below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shards: dict[str, Any] = {}
        self._vectors: dict[str, tuple[Any, Any]] = {}

    async def get_collections(self) -> list[str]:
        return list(self._shards)

    async def collection_exists(self, name: str) -> bool:
        return name in self._shards

    async def create_collection(
        self,
        name: str,
        *,
        vectors_config: dict[str, models.VectorParams],
        sparse_vectors_config: dict[str, models.SparseVectorParams],
        hnsw_config: models.HnswConfigDiff,
    ) -> None:
        place = self._folder / name
        place.mkdir(parents=True)
        graphs = edge.HnswIndexConfig(
            m=hnsw_config.m or 0,
            payload_m=hnsw_config.payload_m,
            ef_construct=100,
            full_scan_threshold=10,
        )
        dense = {
            vector: edge.EdgeVectorParams(size=each.size, distance=edge.Distance.Cosine)
            for vector, each in vectors_config.items()
        }
        sparse = {
            vector: edge.EdgeSparseVectorParams(
                modifier=edge.Modifier.Idf if each.modifier is models.Modifier.IDF else None
            )
            for vector, each in sparse_vectors_config.items()
        }
        config = edge.EdgeConfig(vectors=dense, sparse_vectors=sparse, hnsw_config=graphs)
        self._shards[name] = edge.EdgeShard.create(str(place), config)
        self._vectors[name] = (vectors_config, sparse_vectors_config)

    async def get_collection(self, name: str) -> Any:
        params = SimpleNamespace(
            vectors=self._vectors[name][0],
            sparse_vectors=self._vectors[name][1],
        )
        return SimpleNamespace(config=SimpleNamespace(params=params))

    async def create_payload_index(
        self, name: str, field: str, *, field_schema: Any, wait: bool
    ) -> None:
        kind: Any
        if isinstance(field_schema, models.KeywordIndexParams):
            kind = edge.KeywordIndexParams(is_tenant=field_schema.is_tenant)
        else:
            kind = getattr(edge.PayloadSchemaType, field_schema.value.capitalize())
        self._shards[name].update(edge.UpdateOperation.create_field_index(field, kind))

    async def retrieve(self, name: str, ids: list[str], **_: Any) -> list[Any]:
        found: list[Any] = self._shard(name).retrieve(ids, True, False)
        return found

    async def upsert(self, name: str, points: list[models.PointStruct], **_: Any) -> None:
        made = [edge.Point(each.id, _vectors(each.vector), each.payload) for each in points]
        self._shard(name).update(edge.UpdateOperation.upsert_points(made))

    async def set_payload(
        self, name: str, *, payload: dict[str, Any], points: models.FilterSelector, **_: Any
    ) -> None:
        where = _filter(points.filter)
        self._shard(name).update(edge.UpdateOperation.set_payload_by_filter(where, payload))

    async def delete(self, name: str, *, points_selector: models.PointIdsList, **_: Any) -> None:
        self._shard(name).update(edge.UpdateOperation.delete_points(points_selector.points))

    async def scroll(
        self,
        name: str,
        *,
        scroll_filter: models.Filter | None = None,
        limit: int,
        offset: Any = None,
        **_: Any,
    ) -> tuple[list[Any], Any]:
        where = None if scroll_filter is None else _filter(scroll_filter)
        asked = edge.ScrollRequest(offset=offset, limit=limit, filter=where, with_payload=True)
        found: tuple[list[Any], Any] = self._shard(name).scroll(asked)
        return found

    async def query_points(
        self,
        name: str,
        *,
        query: list[float] | models.SparseVector,
        using: str,
        query_filter: models.Filter,
        limit: int,
        search_params: models.SearchParams | None = None,
        **_: Any,
    ) -> _Found:
        params = None
        if search_params is not None and isinstance(search_params.idf, models.IdfCorpusParams):
            idf = edge.IdfParams(corpus=_filter(search_params.idf.corpus))
            params = edge.SearchParams(idf=idf)
        asked = edge.QueryRequest(
            limit=limit,
            query=edge.Query.Nearest(_vector(query), using=using),
            filter=_filter(query_filter),
            params=params,
            with_payload=True,
        )
        return _Found(self._shard(name).query(asked))

    async def close(self) -> None:
        for shard in self._shards.values():
            shard.close()

    def optimise(self) -> None:
        """Build the indexes, as a server does by itself."""
        for shard in self._shards.values():
            shard.optimize()

    def _shard(self, name: str) -> Any:
        if name not in self._shards:
            raise ValueError(f"Collection {name} not found")
        return self._shards[name]


class _Found:
    def __init__(self, points: Sequence[Any]) -> None:
        self.points = points


def _vectors(vectors: Any) -> dict[str, Any]:
    return {name: _vector(each) for name, each in vectors.items()}


def _vector(vector: Any) -> Any:
    if isinstance(vector, models.SparseVector):
        return edge.SparseVector(vector.indices, vector.values)
    return vector


def _filter(where: models.Filter) -> Any:
    parts: dict[str, Any] = {}
    for name in ("must", "should", "must_not"):
        found: Any = getattr(where, name)
        parts[name] = [_condition(each) for each in found] if found else None
    return edge.Filter(**parts)


def _condition(condition: Any) -> Any:
    if isinstance(condition, models.Filter):
        return _filter(condition)
    if isinstance(condition, models.HasIdCondition):
        return edge.HasIdCondition(set(condition.has_id))
    assert isinstance(condition, models.FieldCondition)
    if condition.range is not None:
        assert isinstance(condition.range, models.Range)
        span = edge.RangeFloat(gte=condition.range.gte, lte=condition.range.lte)
        return edge.FieldCondition(key=condition.key, range=span)
    if isinstance(condition.match, models.MatchAny):
        return edge.FieldCondition(key=condition.key, match=edge.MatchAny(condition.match.any))
    assert isinstance(condition.match, models.MatchValue)
    return edge.FieldCondition(key=condition.key, match=edge.MatchValue(condition.match.value))
