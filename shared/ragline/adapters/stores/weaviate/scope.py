"""What a reader may see, as Weaviate filters."""

from __future__ import annotations

from collections.abc import Iterable

from weaviate.classes.query import Filter
from weaviate.collections.classes.filters import _Filters

from ragline.adapters.stores.marked.facets import wanted_documents, wanted_facets
from ragline.adapters.stores.marked.keys import (
    OPEN,
    access_key,
    chunk_key,
    document_key,
    filter_key,
)
from ragline.adapters.stores.marked.markers import MARKERS, DocumentState, MarkerKind
from ragline.contracts.queries import Filters
from ragline.ports.store import Scope

Condition = _Filters  # the client has no public name for the type that `Filter` builds


def visible(scope: Scope) -> Condition:
    """Return the filter for chunks in `scope`; the tenant is the shard that is searched."""
    return Filter.all_of([_readable(scope.groups), *_filtered(scope.filters)])


def markers_of(documents: Iterable[str]) -> Condition:
    """Return the filter for all markers of the documents with these ids."""
    keys = [document_key(document_id) for document_id in documents]
    return _any("kind", list(MARKERS)) & _any("document", keys)


def chunks_of(document_id: str) -> Condition:
    """Return the filter for all chunks of a document, whatever their version."""
    chunk = Filter.by_property("kind").equal(MarkerKind.CHUNK)
    return chunk & Filter.by_property("document").equal(document_key(document_id))


def unsettled(document_id: str, state: DocumentState) -> Condition:
    """Return the filter for the chunks that differ from what `state` requires."""
    chunks = len(state.content.chunk_hashes) if state.content else 0
    wrong = [
        Filter.by_property("version").not_equal(str(state.version)),
        Filter.by_property("ordinal").greater_or_equal(chunks),
        Filter.by_property("access").not_equal(access_key(state.groups)),
    ]
    return chunks_of(document_id) & Filter.any_of(wrong)


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
    conditions = [_any("facets", tokens) for tokens in wanted_facets(filters)]
    if documents := wanted_documents(filters):
        conditions.append(_any("document", documents))
    updated = Filter.by_property("updated_at")
    if filters.updated_from:
        conditions.append(updated.greater_or_equal(filters.updated_from))
    if filters.updated_to:
        conditions.append(updated.less_or_equal(filters.updated_to))
    return conditions


def _any(name: str, values: list[str]) -> Condition:
    return Filter.by_property(name).contains_any(values)
