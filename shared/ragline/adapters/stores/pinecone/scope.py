"""What a reader may see, and which records belong together, as Pinecone's metadata filters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

from ragline.adapters.stores.pinecone.keys import OPEN, document_key, token
from ragline.contracts.queries import Filters
from ragline.ports.store import Scope

Condition = dict[str, Any]

# kinds of records: a chunk, and what did not fit into its record
CHUNK, WORDS, TEXT = "chunk", "words", "text"
CHUNKS = (CHUNK, WORDS, TEXT)
# a further piece of a marker
ABOUT = "about"
# the one of each tenant that stands for the end of the log
SEAL = "seal"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def visible(scope: Scope, kinds: Sequence[str]) -> Condition:
    """Return the filter for records of `kinds` in `scope`; the tenant is the namespace."""
    readers = [OPEN, *(token("group", group) for group in scope.groups)]
    conditions = [{"kind": {"$in": list(kinds)}}, {"readers": {"$in": readers}}]
    return {"$and": [*conditions, *_filtered(scope.filters)]}


def facets(
    *, tags: Iterable[str], media_types: Iterable[str], languages: Iterable[str]
) -> list[list[str]]:
    """Return the filter tokens of these facts, facet by facet."""
    named = {"tag": tags, "media_type": media_types, "language": languages}
    return [sorted({token(facet, each) for each in found}) for facet, found in named.items()]


def all_facets(**facts: Iterable[str]) -> list[str]:
    """Return the filter tokens of these facts in one list, for a record."""
    return list(chain.from_iterable(facets(**facts)))


def microseconds(instant: datetime) -> int:
    """Return microseconds since 1970, which a 64-bit float holds exactly until the year 2255."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def of_documents(keys: Iterable[str], kinds: Sequence[str]) -> Condition:
    """Return the filter for the records of these kinds that belong to the documents."""
    return {"$and": [{"document": {"$in": list(keys)}}, {"kind": {"$in": list(kinds)}}]}


def unsettled(key: str, *, version: int, chunks: int, access: str) -> Condition:
    """Return the filter for a document's chunks that differ from what they should be."""
    wrong = [
        {"version": {"$ne": str(version)}},
        {"ordinal": {"$gte": chunks}},
        {"access": {"$ne": access}},
    ]
    return {"$and": [of_documents([key], CHUNKS), {"$or": wrong}]}


def _filtered(filters: Filters) -> list[Condition]:
    wanted = facets(tags=filters.tags, media_types=filters.media_types, languages=filters.languages)
    conditions: list[Condition] = [{"facets": {"$in": keys}} for keys in wanted if keys]
    if filters.document_ids:
        keys = [document_key(each) for each in filters.document_ids]
        conditions.append({"document": {"$in": keys}})
    if filters.updated_from:
        conditions.append({"updated_at": {"$gte": microseconds(filters.updated_from)}})
    if filters.updated_to:
        conditions.append({"updated_at": {"$lte": microseconds(filters.updated_to)}})
    return conditions
