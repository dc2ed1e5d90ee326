"""What documents are filtered by, as tokens that match exactly."""

from __future__ import annotations

from collections.abc import Iterable

from ragline.adapters.stores.marked.keys import document_key, filter_key
from ragline.contracts.queries import Filters
from ragline.ports.store import IndexedDocument

FACETS = ("tag", "media_type", "language")


def facets(
    *, tags: Iterable[str], media_types: Iterable[str], languages: Iterable[str]
) -> dict[str, list[str]]:
    """Return the filter tokens of these facts, by facet."""
    values = (tags, media_types, languages)
    return {
        facet: [filter_key(facet, value) for value in found]
        for facet, found in zip(FACETS, values, strict=True)
    }


def facets_of(document: IndexedDocument) -> list[str]:
    """Return the filter tokens of a document."""
    found = facets(
        tags=document.tags,
        media_types=[document.media_type],
        languages=[document.language] if document.language else [],
    )
    return [token for tokens in found.values() for token in tokens]


def wanted_facets(filters: Filters) -> list[list[str]]:
    """Return sets of tokens; a document that is wanted has one of each set."""
    wanted = facets(tags=filters.tags, media_types=filters.media_types, languages=filters.languages)
    return [tokens for tokens in wanted.values() if tokens]


def wanted_documents(filters: Filters) -> list[str]:
    """Return the tokens of the documents that are wanted; empty if all are."""
    return [document_key(document_id) for document_id in filters.document_ids]
