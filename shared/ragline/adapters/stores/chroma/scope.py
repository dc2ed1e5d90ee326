"""What a reader may see, as Chroma's metadata filters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ragline.adapters.stores.marked.facets import wanted_documents, wanted_facets
from ragline.adapters.stores.marked.keys import OPEN, access_key, document_key, filter_key
from ragline.adapters.stores.marked.markers import MARKERS, DocumentState
from ragline.adapters.stores.marked.payload import ticks
from ragline.contracts.queries import Filters
from ragline.ports.store import Scope

Condition = dict[str, Any]
WORDS = "words"


def visible(scope: Scope) -> Condition:
    """Return the filter for chunks and words in `scope`; the collection is the tenant's."""
    return every([readable(scope.groups), *_filtered(scope.filters)])


def readable(groups: tuple[str, ...]) -> Condition:
    """Return the filter for what `groups` may read."""
    return contains_any("readers", [OPEN, *(filter_key("group", group) for group in groups)])


def markers_of(documents: Iterable[str]) -> Condition:
    """Return the filter for all markers of the documents with these ids."""
    keys = [document_key(document_id) for document_id in documents]
    return every([{"kind": {"$in": [*MARKERS]}}, {"document": {"$in": keys}}])


def unsettled(kind: str, document_id: str, state: DocumentState) -> Condition:
    """Return the filter for the document's objects of a kind that differ from `state`."""
    chunks = len(state.content.chunk_hashes) if state.content else 0
    wrong: list[Condition] = [
        {"version": {"$ne": state.version}},
        {"ordinal": {"$gte": chunks}},
        {"access": {"$ne": access_key(state.groups)}},
    ]
    return every([{"kind": kind}, {"document": document_key(document_id)}, some(wrong)])


def contains_any(name: str, values: Sequence[str]) -> Condition:
    """Return the filter for objects whose list `name` holds one of `values`."""
    return some([{name: {"$contains": value}} for value in dict.fromkeys(values)])


def every(conditions: Sequence[Condition]) -> Condition:
    """Return the filter that all of `conditions` make together; there is at least one."""
    return conditions[0] if len(conditions) == 1 else {"$and": list(conditions)}


def some(conditions: Sequence[Condition]) -> Condition:
    """Return the filter that one of `conditions` suffices for; there is at least one.

    It is a balanced tree: the server makes nested SQL of a list, and SQLite refuses more than 1,000
    levels.
    """
    if len(conditions) == 1:
        return conditions[0]
    half = len(conditions) // 2
    return {"$or": [some(conditions[:half]), some(conditions[half:])]}


def _filtered(filters: Filters) -> list[Condition]:
    conditions = [contains_any("facets", tokens) for tokens in wanted_facets(filters)]
    if documents := wanted_documents(filters):
        conditions.append({"document": {"$in": documents}})
    if filters.updated_from:
        conditions.append({"updated_at": {"$gte": ticks(filters.updated_from)}})
    if filters.updated_to:
        conditions.append({"updated_at": {"$lte": ticks(filters.updated_to)}})
    return conditions
