"""What every store indexes of a chunk, and how relevance is weighted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ragline.adapters.stores.analysis import keyword_terms, literal_words, whole_words
from ragline.contracts import bounds
from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Candidate
from ragline.errors import FingerprintMismatch
from ragline.ports.store import EmbeddedChunk, IndexedDocument

# how often a word of the title and of the headings counts; a word of the text counts once (BM25F:
# fields are weighted before saturation, with one common length). The weights are whole numbers, so
# that repeating a word has the same effect as a weight: a store then scores a single property and
# needs no boosts across properties.
TITLE_WEIGHT = 3
HEADING_WEIGHT = 2
# a question names only a few things literally; more terms would abuse the database
MAX_LITERAL_TERMS = 32


# increase it when the analysis changes, so that one index never mixes old and new words
ANALYSIS_VERSION = 3


@dataclass(frozen=True, slots=True)
class IndexIdentity:
    """What a collection was made with; users with another identity must not use the collection."""

    fingerprint: str
    dimensions: int
    analysis: int = ANALYSIS_VERSION

    def __str__(self) -> str:
        return f"`{self.fingerprint}` (words: analysis {self.analysis})"


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionContents:
    """What a collection was made with and how much it holds; null where the store cannot say."""

    identity: IndexIdentity
    tenants: int | None = None
    documents: int | None = None
    chunks: int | None = None


@dataclass(frozen=True, slots=True)
class ChunkTerms:
    """The terms by which a chunk is found.

    `relevance` holds its terms, each repeated as often as it counts; `metadata` holds the distinct
    literal words of its title, headings, tags, URL and document id.
    """

    relevance: list[str]
    metadata: list[str]


def chunk_id(document_id: str, version: int, ordinal: int) -> str:
    """Return a chunk's name, which is unique in its tenant and the same in every store."""
    return f"{document_id}@{version}#{ordinal}"


def candidate(
    *,
    document_id: str,
    version: int,
    ordinal: int,
    title: str,
    heading_path: Iterable[str],
    url: str | None,
    text: str,
    start: int,
    end: int,
    updated_at: datetime | None,
    scores: dict[SearchKind, float],
) -> Candidate:
    """Return a search hit as the port tells it, clipped to the bounds of events.

    The ingestor keeps within them; an index may hold what was written before there were any. The
    contract clips metadata (`contracts/found.py`), but a text has to stay a slice of its source.
    """
    within = text[: bounds.CHUNK_CHARS]
    return Candidate(
        chunk_id=chunk_id(document_id, version, ordinal),
        document_id=document_id,
        version=version,
        ordinal=ordinal,
        title=title,
        heading_path=tuple(heading_path),
        url=url,
        text=within,
        start=start,
        end=end if within == text else start + len(within),
        updated_at=updated_at,
        scores=scores,
    )


def terms_of(document: IndexedDocument, chunk: EmbeddedChunk) -> ChunkTerms:
    """Return the terms by which `chunk` of `document` is found."""
    return ChunkTerms(
        relevance=relevance_terms(document.title, chunk.heading_path, chunk.text),
        metadata=metadata_terms(
            title=document.title,
            heading_path=chunk.heading_path,
            tags=document.tags,
            url=document.url,
            document_id=document.ref.document_id,
        ),
    )


def metadata_terms(
    *,
    title: str,
    heading_path: Iterable[str],
    tags: Iterable[str],
    url: str | None,
    document_id: str,
) -> list[str]:
    """Return the distinct literal words by which metadata search finds a chunk."""
    named = (title, *heading_path, *tags, url or "", document_id)
    return list(dict.fromkeys(word for field in named for word in literal_words(field)))


def relevance_terms(title: str, heading_path: Iterable[str], text: str) -> list[str]:
    """Return the terms by which keyword search finds a chunk, repeated as often as each counts."""
    return [
        *keyword_terms(title) * TITLE_WEIGHT,
        *keyword_terms(" ".join(heading_path)) * HEADING_WEIGHT,
        *keyword_terms(text),
    ]


def literal_terms(terms: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the words of each distinct term that has words; a match must contain all of them."""
    worded = dict.fromkeys(words for term in terms if (words := whole_words(term)))
    return list(worded)[:MAX_LITERAL_TERMS]


def share_found(terms: Sequence[tuple[str, ...]], metadata: Iterable[str]) -> float:
    """Return the share of `terms` all of whose words are in `metadata`, in [0, 1]."""
    known = frozenset(metadata)
    return sum(known.issuperset(words) for words in terms) / len(terms) if terms else 0.0


def mismatch(
    collection: str, stored: IndexIdentity, configured: IndexIdentity
) -> FingerprintMismatch:
    """Return the error for a collection that was made with another identity than configured."""
    return FingerprintMismatch(
        f"collection {collection} was filled with {stored}, and {configured} is configured, "
        "whose vectors or words cannot be compared with those. Set RAGLINE_EMBEDDING__MODEL back "
        "to the model that filled it (`packaged`, with the extra `torch`, was the default before "
        "e5-small-v2-q). To change the model while people ask, run `ragline reindex start "
        "--to NAME --set EMBEDDING__MODEL=…` (docs/reindex.md); or name a new collection "
        "(RAGLINE_VECTOR_STORE__COLLECTION) and fill it by replaying the documents topic "
        "(docs/operate.md, An index made anew)"
    )


def wrong_length(found: int, configured: int) -> FingerprintMismatch:
    """Return the error for a vector of another length than the collection's."""
    return FingerprintMismatch(
        f"a vector has {found} dimensions, the collection {configured}: retriever, classifier and "
        "ingestor must use the same embedding model (RAGLINE_EMBEDDING__MODEL)"
    )
