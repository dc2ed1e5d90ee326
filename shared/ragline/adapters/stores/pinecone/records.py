"""Chunks and markers as Pinecone's records, and back.

A chunk is one record with both vectors, its filter tokens and, as JSON in `payload`, what readers
get. What does not fit goes into further records: words into `words`, text into `text`. Nothing is
ever cut. A marker is a record that no search for chunks finds; its vector is a placeholder, because
every record of the index must have one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import orjson
from pinecone.models.documents.document import Document

from ragline.adapters.stores import indexing
from ragline.adapters.stores.indexing import terms_of
from ragline.adapters.stores.marked.markers import DocumentState, Marker, MarkerKind
from ragline.adapters.stores.pinecone.keys import (
    OPEN,
    RecordName,
    access_key,
    document_key,
    marker_name,
    reader_keys,
)
from ragline.adapters.stores.pinecone.limits import MAX_NONZERO
from ragline.adapters.stores.pinecone.namespace import Record
from ragline.adapters.stores.pinecone.pieces import pieces
from ragline.adapters.stores.pinecone.schema import EMBEDDING, SPARSE
from ragline.adapters.stores.pinecone.scope import (
    ABOUT,
    CHUNK,
    SEAL,
    TEXT,
    WORDS,
    all_facets,
    microseconds,
)
from ragline.adapters.stores.sparse import SparseVector, chunk_vector, term_id
from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Candidate
from ragline.ports.sources import SourcePart, SourceText
from ragline.ports.store import EmbeddedChunk, IndexedDocument

# what is needed of a marker to say what readers see, and to settle
VERDICT_FIELDS = ("kind", "document", "version", "readers", "chunks", "digest")
MARKER_FIELDS = (*VERDICT_FIELDS, "payload", "pieces")
PAYLOAD_FIELDS = ("payload", "pieces", "readers")
# Words that are no terms of a text: they begin with characters that no analysed word contains
_NAME, _DOCUMENT, _SEAL = "\0", "\1", "\2"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerFacts:
    """What a marker's record says beyond its readers' tokens.

    `groups` is null if it states no access; the hashes are those of the content, if it is content.
    """

    document_id: str
    groups: tuple[str, ...] | None = None
    content_hash: str | None = None
    chunk_hashes: tuple[str, ...] = ()


def name_dimension(word: str) -> int:
    """Return the dimension of a literal word of a chunk's title, headings, tags, URL or id."""
    return term_id(_NAME + word)


def document_vector(keys: Iterable[str]) -> SparseVector:
    """Return the question that finds every record of the documents with these tokens."""
    return SparseVector.of({_document_dimension(key): 1.0 for key in keys})


def readers_fields(readers: Sequence[str]) -> Record:
    """Return the fields of a chunk's records that say who may read it."""
    return {"readers": list(readers), "access": access_key(readers)}


def chunk_records(document: IndexedDocument, readers: Sequence[str]) -> list[Record]:
    """Return the records of a document's chunks, for these readers' tokens; analyses their text."""
    found_by = all_facets(
        tags=document.tags,
        media_types=[document.media_type],
        languages=[document.language] if document.language else [],
    )
    shared: Record = {
        "document": document_key(document.ref.document_id),
        "version": str(document.version),
        "facets": found_by,
        **readers_fields(readers),
    }
    if document.updated_at is not None:
        shared["updated_at"] = microseconds(document.updated_at)
    return list(
        chain.from_iterable(_records_of(document, chunk, shared) for chunk in document.chunks)
    )


def _records_of(document: IndexedDocument, chunk: EmbeddedChunk, shared: Record) -> list[Record]:
    key = shared["document"]
    shared = {**shared, "ordinal": chunk.ordinal}
    dimensions = len(chunk.embedding)

    def record(kind: str, piece: int, **fields: Any) -> Record:
        name = RecordName(kind, key, document.version, chunk.ordinal, piece)
        return {"_id": str(name), "kind": kind, **shared, **fields}

    first, *further = _word_vectors(document, chunk, key)
    text, *rest = pieces(orjson.dumps(_payload(document, chunk)).decode())
    main = record(
        CHUNK,
        0,
        payload=text,
        pieces=len(rest),
        **{EMBEDDING: list(map(float, chunk.embedding)), SPARSE: _sparse(first)},
    )
    return [
        main,
        *(
            record(WORDS, number, **_vectors(vector, dimensions))
            for number, vector in enumerate(further, start=1)
        ),
        *(
            record(TEXT, number, payload=piece, **_vectors(document_vector([key]), dimensions))
            for number, piece in enumerate(rest, start=1)
        ),
    ]


def _word_vectors(document: IndexedDocument, chunk: EmbeddedChunk, key: str) -> list[SparseVector]:
    """Return the chunk's words, in as many vectors as they need; each has the document's word."""
    terms = terms_of(document, chunk)
    impacts = chunk_vector(terms.relevance)
    entries = dict.fromkeys(map(name_dimension, terms.metadata), 1.0)
    entries |= dict(zip(impacts.indices, impacts.values, strict=True))
    own = _document_dimension(key)
    entries.pop(own, None)
    items = list(entries.items())
    size = MAX_NONZERO - 1
    starts = range(0, max(len(items), 1), size)
    return [SparseVector.of({own: 1.0, **dict(items[at : at + size])}) for at in starts]


def _payload(document: IndexedDocument, chunk: EmbeddedChunk) -> Record:
    updated = document.updated_at
    return {
        "document_id": document.ref.document_id,
        "title": document.title,
        "heading_path": list(chunk.heading_path),
        "url": document.url,
        "text": chunk.text,
        "start": chunk.start,
        "end": chunk.end,
        "media_type": document.media_type,
        "language": document.language,
        "tags": list(document.tags),
        "attributes": document.attributes,
        "updated_at": updated.isoformat() if updated else None,
        "content_hash": chunk.content_hash,
    }


def marker_records(
    kind: MarkerKind, facts: MarkerFacts, version: int, *, dimensions: int
) -> tuple[list[Record], Record]:
    """Return a marker's further pieces, which must be stored first, and its record."""
    key = document_key(facts.document_id)
    vectors = _vectors(document_vector([key]), dimensions)
    text, *rest = pieces(
        orjson.dumps(
            {
                "document_id": facts.document_id,
                "groups": facts.groups,
                "content_hash": facts.content_hash,
                "chunk_hashes": facts.chunk_hashes,
            }
        ).decode()
    )
    shared: Record = {"document": key, "version": str(version)}
    further = [
        {
            "_id": marker_name(kind, key, version, number),
            "kind": ABOUT,
            "of": kind.value,
            "piece": number,
            "states": facts.groups is not None,
            "payload": piece,
            **shared,
            **vectors,
        }
        for number, piece in enumerate(rest, start=1)
    ]
    record = {
        "_id": marker_name(kind, key, version),
        "kind": kind.value,
        "payload": text,
        "pieces": len(rest),
        "chunks": len(facts.chunk_hashes),
        "digest": digest(facts.chunk_hashes),
        **shared,
        **vectors,
    }
    if facts.groups is not None:
        record["readers"] = reader_keys(facts.groups)
    return further, record


def seal_record(dimensions: int) -> Record:
    """Return the record of a tenant that is written only to learn where the log ends.

    Whatever was acknowledged before is below its position, also what another process has written.
    """
    vector = SparseVector.of({term_id(_SEAL): 1.0})
    return {"_id": SEAL, "kind": SEAL, **_vectors(vector, dimensions)}


def marker(record: Document) -> Marker:
    """Return a marker by its record, with tokens in place of names.

    Its hashes are one for all chunks, and empty ones for the others: that is enough to know how
    many there are, and whether what was read is what the marker names.
    """
    readers = record.get("readers")
    count = int(record.get("chunks") or 0)
    return Marker(
        kind=MarkerKind(record.get("kind")),
        document_id=record.get("document"),
        version=int(record.get("version")),
        groups=None if readers is None else tuple(each for each in readers if each != OPEN),
        chunk_hashes=(str(record.get("digest")), *[""] * (count - 1)) if count else (),
    )


def marker_facts(text: str) -> MarkerFacts:
    """Return what a marker's payload says, all pieces joined."""
    said = orjson.loads(text)
    groups = said["groups"]
    return MarkerFacts(
        document_id=said["document_id"],
        groups=None if groups is None else tuple(groups),
        content_hash=said["content_hash"],
        chunk_hashes=tuple(said["chunk_hashes"]),
    )


def readers_of(state: DocumentState) -> list[str]:
    """Return the tokens of those who may read, for the chunks' records."""
    return sorted(state.groups) or [OPEN]


def digest(chunk_hashes: Iterable[str]) -> str:
    """Return one hash of all chunks' hashes, in order."""
    return hashlib.sha256("\0".join(chunk_hashes).encode()).hexdigest()


def payload(text: str) -> Mapping[str, Any]:
    """Return what a chunk's payload says, all pieces joined."""
    said: dict[str, Any] = orjson.loads(text)
    if said["updated_at"]:
        said["updated_at"] = datetime.fromisoformat(said["updated_at"])
    return said


def candidate(
    name: RecordName, said: Mapping[str, Any], kind: SearchKind, score: float
) -> Candidate:
    """Return a search hit as the port's type."""
    return indexing.candidate(
        document_id=said["document_id"],
        version=name.version,
        ordinal=name.ordinal,
        title=said["title"],
        heading_path=said["heading_path"],
        url=said["url"],
        text=said["text"],
        start=said["start"],
        end=said["end"],
        updated_at=said["updated_at"],
        scores={kind: score},
    )


def source_text(version: int, chunks: Sequence[Mapping[str, Any]]) -> SourceText:
    """Return a document's chunks, in order, as the port's type."""
    first = chunks[0]
    return SourceText(
        version=version,
        title=first["title"],
        url=first["url"],
        media_type=first["media_type"],
        language=first["language"],
        tags=tuple(first["tags"]),
        updated_at=first["updated_at"],
        parts=tuple(map(_part, chunks)),
    )


def _part(said: Mapping[str, Any]) -> SourcePart:
    return SourcePart(
        start=said["start"],
        end=said["end"],
        text=said["text"],
        heading_path=tuple(said["heading_path"]),
    )


def _vectors(words: SparseVector, dimensions: int) -> Record:
    """Return the vectors of a record that no search by meaning is to find."""
    return {EMBEDDING: [1.0] + [0.0] * (dimensions - 1), SPARSE: _sparse(words)}


def _sparse(vector: SparseVector) -> Record:
    return {"indices": list(vector.indices), "values": list(vector.values)}


def _document_dimension(key: str) -> int:
    return term_id(_DOCUMENT + key)
