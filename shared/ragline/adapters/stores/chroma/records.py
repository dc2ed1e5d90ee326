"""Chunks, words and markers as Chroma's records, and back.

A record's metadata holds what filters look at, and the rest as one text: the server keeps each
value of the metadata in a row of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ragline.adapters.stores.chroma.scope import WORDS
from ragline.adapters.stores.chroma.words import WordPage, pages_of
from ragline.adapters.stores.marked.facets import facets_of
from ragline.adapters.stores.marked.keys import access_key, chunk_key, document_key, reader_keys
from ragline.adapters.stores.marked.markers import Marker, MarkerKind
from ragline.adapters.stores.marked.payload import chunk_payload, marker_of, marker_payload, ticks
from ragline.ports.store import IndexedDocument

# every record must have a vector; that of a fact says nothing
NO_VECTOR = (1.0,)
_PAYLOAD = "payload"

Metadata = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChromaRecord:
    """One record. What it does not state any more is null: the server merges metadata."""

    id: str
    metadata: Metadata
    embedding: Sequence[float] = field(default=NO_VECTOR)


def chunk_records(document: IndexedDocument, groups: tuple[str, ...]) -> list[ChromaRecord]:
    """Return a version's chunks as records that `groups` may read."""
    found = _found_by(document, groups)
    return [
        ChromaRecord(
            str(chunk_key(document.ref.document_id, document.version, chunk.ordinal)),
            found
            | {
                "kind": MarkerKind.CHUNK.value,
                "ordinal": chunk.ordinal,
                _PAYLOAD: json.dumps(chunk_payload(document, chunk)),
            },
            [float(each) for each in chunk.embedding],
        )
        for chunk in document.chunks
    ]


def word_records(document: IndexedDocument, groups: tuple[str, ...]) -> list[ChromaRecord]:
    """Return a version's words as records that `groups` may read; analyses its text.

    What a page is found by and what it holds are two records: to read a list of words back costs
    the server a row for each.
    """
    found = _found_by(document, groups)
    return [record for page in pages_of(document) for record in _word_records(page, found)]


def _word_records(page: WordPage, found: Metadata) -> tuple[ChromaRecord, ChromaRecord]:
    uuid = str(page.uuid)
    told = {"kind": WORDS, "ordinal": page.ordinal, "words": page.words or None}
    return ChromaRecord(uuid, {**found, **told}), ChromaRecord(
        page_id(uuid), {_PAYLOAD: page.json()}
    )


def page_id(words: str) -> str:
    """Return the id of the record that holds what the record `words` is found by."""
    return f"{words}.page"


def marker_record(marker: Marker) -> ChromaRecord:
    """Return a marker as a record."""
    return ChromaRecord(
        str(marker.uuid),
        {
            "kind": marker.kind.value,
            "document": document_key(marker.document_id),
            _PAYLOAD: json.dumps(marker_payload(marker)),
        },
    )


def access_metadata(groups: tuple[str, ...]) -> dict[str, Any]:
    """Return the metadata of a chunk or of words that says who may read."""
    return {"readers": reader_keys(groups), "access": access_key(groups)}


def payload(metadata: Metadata) -> dict[str, Any]:
    """Return what a chunk's or marker's record holds."""
    found: dict[str, Any] = json.loads(metadata[_PAYLOAD])
    return found


def marker(metadata: Metadata) -> Marker:
    """Return the marker that a record holds."""
    return marker_of(payload(metadata))


def pages(found: Iterable[Metadata]) -> list[WordPage]:
    """Return the pages of words that records hold."""
    return [WordPage.of_json(each[_PAYLOAD]) for each in found]


def _found_by(document: IndexedDocument, groups: tuple[str, ...]) -> dict[str, Any]:
    return {
        "document": document_key(document.ref.document_id),
        "version": document.version,
        **access_metadata(groups),
        "facets": facets_of(document) or None,
        "updated_at": ticks(document.updated_at) if document.updated_at else None,
    }
