"""What every store indexes of a chunk, and how its relevance is weighed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ragline.adapters.stores.analysis import keyword_terms, literal_words, whole_words
from ragline.errors import FingerprintMismatch
from ragline.ports.store import EmbeddedChunk, IndexedDocument

# Okapi BM25 as Lucene has it (Robertson and Zaragoza, "The Probabilistic Relevance Framework:
# BM25 and Beyond", 2009)
BM25_K1 = 1.2
BM25_B = 0.75
# how often a word of the title and of the headings counts, against once in the text (BM25F: fields
# weighted before saturation, one length). Whole numbers, so that repeating a word is the same, and
# a store that scores one property exactly needs no boosts across properties.
TITLE_WEIGHT = 3
HEADING_WEIGHT = 2
# a question names a handful of things literally; more is abuse of the database
MAX_LITERAL_TERMS = 32


# grows when the words of an index change, so that old and new are never mixed
ANALYSIS_VERSION = 1


@dataclass(frozen=True, slots=True)
class IndexIdentity:
    """What a collection was made with: a reader or writer with another one must not use it."""

    fingerprint: str
    dimensions: int
    analysis: int = ANALYSIS_VERSION


@dataclass(frozen=True, slots=True)
class ChunkTerms:
    """What a chunk is found by.

    `relevance` holds its terms, repeated as often as they count; `metadata` its distinct literal
    words in title, headings, tags, URL and document id.
    """

    relevance: list[str]
    metadata: list[str]


def chunk_id(document_id: str, version: int, ordinal: int) -> str:
    """Return a chunk's name: unique in its tenant, the same in every store."""
    return f"{document_id}@{version}#{ordinal}"


def terms_of(document: IndexedDocument, chunk: EmbeddedChunk) -> ChunkTerms:
    """Analyse what `chunk` of `document` is found by."""
    named = (
        document.title,
        *chunk.heading_path,
        *document.tags,
        document.url or "",
        document.ref.document_id,
    )
    return ChunkTerms(
        relevance=[
            *keyword_terms(document.title) * TITLE_WEIGHT,
            *keyword_terms(" ".join(chunk.heading_path)) * HEADING_WEIGHT,
            *keyword_terms(chunk.text),
        ],
        metadata=list(dict.fromkeys(word for field in named for word in literal_words(field))),
    )


def literal_terms(terms: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the words of each distinct term that has any: all of them must be found."""
    worded = dict.fromkeys(words for term in terms if (words := whole_words(term)))
    return list(worded)[:MAX_LITERAL_TERMS]


def share_found(terms: Sequence[tuple[str, ...]], metadata: Iterable[str]) -> float:
    """Return the share of `terms` all of whose words are in `metadata`, in [0, 1]."""
    known = frozenset(metadata)
    return sum(known.issuperset(words) for words in terms) / len(terms) if terms else 0.0


def mismatch(
    collection: str, stored: IndexIdentity, configured: IndexIdentity
) -> FingerprintMismatch:
    """Return the error for a collection that was made otherwise than configured."""
    return FingerprintMismatch(
        f"collection {collection} was made with {stored}, configured is {configured}: configure "
        "the embedding model that made it, or name a new collection "
        "(RAGLINE_VECTOR_STORE__COLLECTION) and fill it by replaying the documents topic"
    )


def wrong_length(found: int, configured: int) -> FingerprintMismatch:
    """Return the error for a vector of another length than the collection's."""
    return FingerprintMismatch(
        f"a vector has {found} dimensions, the collection {configured}: retriever, classifier and "
        "ingestor must use the same embedding model (RAGLINE_EMBEDDING__MODEL)"
    )
