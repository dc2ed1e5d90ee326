"""What a reader may see, as Weaviate filters."""

from __future__ import annotations

from collections.abc import Iterable

from weaviate.classes.query import Filter
from weaviate.collections.classes.filters import _Filters

from ragline.adapters.stores.weaviate.keys import OPEN, chunk_key, document_key, filter_key
from ragline.adapters.stores.weaviate.markers import MARKERS, MarkerKind
from ragline.contracts.queries import Filters
from ragline.ports.store import Scope

Condition = _Filters  # the client has no public name for the type that `Filter` builds
FACETS = ("tag", "media_type", "language")


def visible(scope: Scope) -> Condition:
    """Return the filter for chunks in `scope`; the tenant is the shard that is searched."""
    return Filter.all_of([_readable(scope.groups), *_filtered(scope.filters)])


def facets(
    *, tags: Iterable[str], media_types: Iterable[str], languages: Iterable[str]
) -> dict[str, list[str]]:
    """Return the filter tokens of these facts, by facet."""
    values = (tags, media_types, languages)
    return {
        facet: [filter_key(facet, value) for value in found]
        for facet, found in zip(FACETS, values, strict=True)
    }


def markers_of(documents: Iterable[str]) -> Condition:
    """Return the filter for all markers of the documents with these ids."""
    keys = [document_key(document_id) for document_id in documents]
    return _any("kind", list(MARKERS)) & _any("document", keys)


def chunks_of(document_id: str) -> Condition:
    """Return the filter for all chunks of a document, whatever their version."""
    chunk = Filter.by_property("kind").equal(MarkerKind.CHUNK)
    return chunk & Filter.by_property("document").equal(document_key(document_id))


def parts_of(document_id: str, version: int, groups: tuple[str, ...], ordinals: range) -> Condition:
    """Return the filter for these chunks of a version, if `groups` may read them.

    It filters by id, which costs the same in every tenant. A range of ordinals takes longer the
    more chunks the tenant has (12 ms instead of 1 ms for one chunk out of 160,000).
    """
    ids = [chunk_key(document_id, version, ordinal) for ordinal in ordinals]
    return _readable(groups) & Filter.by_id().contains_any(ids)


def _readable(groups: tuple[str, ...]) -> Condition:
    return _any("readers", [OPEN, *(filter_key("group", group) for group in groups)])


def _filtered(filters: Filters) -> list[Condition]:
    wanted = facets(tags=filters.tags, media_types=filters.media_types, languages=filters.languages)
    conditions = [_any("facets", keys) for keys in wanted.values() if keys]
    if filters.document_ids:
        conditions.append(_any("document", list(map(document_key, filters.document_ids))))
    updated = Filter.by_property("updated_at")
    if filters.updated_from:
        conditions.append(updated.greater_or_equal(filters.updated_from))
    if filters.updated_to:
        conditions.append(updated.less_or_equal(filters.updated_to))
    return conditions


def _any(name: str, values: list[str]) -> Condition:
    return Filter.by_property(name).contains_any(values)
