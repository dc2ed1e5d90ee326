"""The words of a version's chunks: what keyword and metadata search count. Pure logic.

The server has no search by words on one machine (sparse vectors are in its cloud only). So a page
of words says which of up to `PAGE` neighbouring chunks hold which word. The server finds the pages
by its words and by who may read them; this module scores their chunks, exactly and all of them.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ragline.adapters.stores.bm25 import impact, weight
from ragline.adapters.stores.indexing import ChunkTerms, share_found, terms_of
from ragline.adapters.stores.marked.keys import chunk_key, key
from ragline.adapters.stores.sparse import AVERAGE_LENGTH
from ragline.ports.store import IndexedDocument

# chunks whose words are kept together: most documents are one page
PAGE = 32
# analysed words hold no such character, so that a literal word is never taken for a relevant one
_LITERAL = "="


@dataclass(frozen=True, slots=True)
class WordPage:
    """The words of the chunks from `ordinal` on.

    `relevance` gives, by term, pairs of a chunk's ordinal and how often it counts there; `lengths`
    the words of each chunk; `metadata` the ordinals by literal word.
    """

    document_id: str
    version: int
    ordinal: int
    lengths: tuple[int, ...]
    relevance: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)
    metadata: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @property
    def uuid(self) -> UUID:
        """The page's id."""
        return key("words", self.document_id, self.version, self.ordinal)

    @property
    def words(self) -> list[str]:
        """What the page is found by."""
        return [*self.relevance, *map(literal, self.metadata)]

    def json(self) -> str:
        """Return the page as text."""
        return json.dumps(
            [
                self.document_id,
                self.version,
                self.ordinal,
                self.lengths,
                self.relevance,
                self.metadata,
            ]
        )

    @classmethod
    def of_json(cls, text: str) -> WordPage:
        """Return the page that `json` wrote."""
        return cls(*json.loads(text))


def literal(word: str) -> str:
    """Return what a page is found by that holds `word` literally, in its metadata."""
    return _LITERAL + word


def pages_of(document: IndexedDocument) -> list[WordPage]:
    """Return the words of a version; analyses its text."""
    terms = [(chunk.ordinal, terms_of(document, chunk)) for chunk in document.chunks]
    return [_page(document, terms[at : at + PAGE]) for at in range(0, len(terms), PAGE)]


def _page(document: IndexedDocument, terms: Sequence[tuple[int, ChunkTerms]]) -> WordPage:
    relevance: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    metadata: defaultdict[str, list[int]] = defaultdict(list)
    for ordinal, each in terms:
        for term, count in Counter(each.relevance).items():
            relevance[term].append((ordinal, count))
        for word in each.metadata:
            metadata[word].append(ordinal)
    return WordPage(
        document.ref.document_id,
        document.version,
        terms[0][0],
        tuple(len(each.relevance) for _, each in terms),
        relevance,
        metadata,
    )


def by_relevance(
    pages: Sequence[WordPage], visible: frozenset[UUID], terms: Sequence[str], *, chunks: int
) -> list[tuple[UUID, float]]:
    """Return the chunks of the visible pages that hold a term, with their BM25, best first.

    Args:
        pages: all of the tenant's that hold a term: a term's weight does not depend on the reader.
        visible: the ids of those that the reader may see.
        terms: the question's.
        chunks: how many the tenant has.
    """
    held = {term: sum(len(page.relevance.get(term, ())) for page in pages) for term in terms}
    weights = {term: weight(max(chunks, found), found) for term, found in held.items() if found}
    scores = [
        (chunk_key(page.document_id, page.version, ordinal), score)
        for page in pages
        if page.uuid in visible
        for ordinal, score in _scores(page, weights)
    ]
    scores.sort(key=lambda each: -each[1])
    return scores


def _scores(page: WordPage, weights: Mapping[str, float]) -> Iterable[tuple[int, float]]:
    scores: defaultdict[int, float] = defaultdict(float)
    for term, each in weights.items():
        for ordinal, count in page.relevance.get(term, ()):
            length = page.lengths[ordinal - page.ordinal]
            scores[ordinal] += each * impact(count, length, AVERAGE_LENGTH)
    return scores.items()


def by_metadata(
    pages: Iterable[WordPage], terms: Sequence[tuple[str, ...]]
) -> list[tuple[UUID, float]]:
    """Return the chunks whose metadata holds a term, with the share of terms, best first."""
    found = [
        (chunk_key(page.document_id, page.version, ordinal), share)
        for page in pages
        for ordinal, words in _literals(page, terms)
        if (share := share_found(terms, words))
    ]
    found.sort(key=lambda each: -each[1])
    return found


def _literals(
    page: WordPage, terms: Iterable[tuple[str, ...]]
) -> Iterator[tuple[int, frozenset[str]]]:
    asked = {word for term in terms for word in term}
    for ordinal in range(page.ordinal, page.ordinal + len(page.lengths)):
        yield ordinal, frozenset(w for w in asked if ordinal in page.metadata.get(w, ()))
