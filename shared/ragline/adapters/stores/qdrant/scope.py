"""What a reader may see, as Qdrant's payload filters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qdrant_client import models

from ragline.adapters.stores.marked.facets import wanted_documents, wanted_facets
from ragline.adapters.stores.marked.keys import OPEN, access_key, document_key, filter_key
from ragline.adapters.stores.marked.markers import MARKERS, DocumentState, MarkerKind
from ragline.adapters.stores.marked.payload import ticks
from ragline.adapters.stores.qdrant.points import tenant_key
from ragline.contracts.queries import Filters
from ragline.ports.store import Scope

Condition = models.Filter | models.FieldCondition | models.HasIdCondition


def every(*conditions: Condition) -> models.Filter:
    """Return the filter that all of `conditions` make together."""
    return models.Filter(must=list(conditions))


def visible(scope: Scope) -> models.Filter:
    """Return the filter for chunks in `scope`."""
    return every(chunks(scope.tenant), readable(scope.groups), *_filtered(scope.filters))


def chunks(tenant: str) -> models.Filter:
    """Return the filter for a tenant's chunks."""
    return every(of_tenant(tenant), equals("kind", MarkerKind.CHUNK.value))


def of_tenant(tenant: str) -> models.FieldCondition:
    """Return the condition for a tenant's points. Every filter has it."""
    return equals("tenant", tenant_key(tenant))


def readable(groups: tuple[str, ...]) -> models.FieldCondition:
    """Return the condition for what `groups` may read."""
    return any_of("readers", [OPEN, *(filter_key("group", group) for group in groups)])


def markers_of(tenant: str, documents: Iterable[str]) -> models.Filter:
    """Return the filter for all markers of the documents with these ids."""
    keys = [document_key(document_id) for document_id in documents]
    return every(of_tenant(tenant), markers(), any_of("document", keys))


def markers() -> models.FieldCondition:
    """Return the condition for all markers."""
    return any_of("kind", [each.value for each in MARKERS])


def unsettled(tenant: str, document_id: str, state: DocumentState) -> models.Filter:
    """Return the filter for the document's chunks that differ from `state`."""
    count = len(state.content.chunk_hashes) if state.content else 0
    return every(
        chunks(tenant),
        equals("document", document_key(document_id)),
        models.Filter(
            should=[
                models.Filter(must_not=[equals("version", str(state.version))]),
                models.FieldCondition(key="ordinal", range=models.Range(gte=count)),
                models.Filter(must_not=[equals("access", access_key(state.groups))]),
            ]
        ),
    )


def with_ids(tenant: str, ids: Sequence[str]) -> models.Filter:
    """Return the filter for those points of a tenant that have these ids."""
    return every(of_tenant(tenant), models.HasIdCondition(has_id=list(ids)))


def holding_any(terms: Iterable[Sequence[str]]) -> models.Filter:
    """Return the filter for chunks that hold all literal words of one of `terms`."""
    return models.Filter(
        should=[every(*(equals("literal", word) for word in words)) for words in terms]
    )


def equals(name: str, value: str) -> models.FieldCondition:
    """Return the condition that `name` is `value`, or has it among others."""
    return models.FieldCondition(key=name, match=models.MatchValue(value=value))


def any_of(name: str, values: Sequence[str]) -> models.FieldCondition:
    """Return the condition that `name` is, or has, one of `values`."""
    return models.FieldCondition(key=name, match=models.MatchAny(any=list(values)))


def _filtered(filters: Filters) -> list[Condition]:
    conditions: list[Condition] = [any_of("facets", tokens) for tokens in wanted_facets(filters)]
    if documents := wanted_documents(filters):
        conditions.append(any_of("document", documents))
    if filters.updated_from or filters.updated_to:
        # doubles hold microseconds exactly until the year 2255
        between = models.Range(
            gte=ticks(filters.updated_from) if filters.updated_from else None,
            lte=ticks(filters.updated_to) if filters.updated_to else None,
        )
        conditions.append(models.FieldCondition(key="updated_at", range=between))
    return conditions
