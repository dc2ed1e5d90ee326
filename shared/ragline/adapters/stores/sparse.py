"""Our analysed words as sparse vectors, for stores that search by words through such vectors.

The inner product of a chunk's vector and a question's vector is the chunk's BM25 score. A chunk's
values are the terms' impacts, a question's values are the terms' weights (idf): either ours, from
document frequencies, or 1 where the server multiplies by a weight of its own (Qdrant's IDF
modifier).

What differs from BM25 over postings:

- An impact is stored when the chunk is written, so the average length that it is relative to cannot
  follow the collection: it is `AVERAGE_LENGTH`, for all tenants. Another constant would only move
  the point at which a chunk counts as long.
- A term is known by a 32-bit hash of it (the same in every process and release): stores number
  their dimensions so. Two terms with one hash share a dimension: in a chunk their frequencies are
  added before they saturate, in a question the dimension counts once, with the greater weight. So a
  chunk may be found by a word that it does not hold; no chunk is ever lost, and who may see a chunk
  does not depend on it. Among 100,000 distinct terms one pair is to be expected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from ragline.adapters.stores.bm25 import impact

# words of a chunk, weighted as `indexing.relevance_terms` gives them: this project's own pages have
# 93 in the mean of 398 chunks, at the default chunk sizes
AVERAGE_LENGTH = 100.0
_BYTES = 4


@dataclass(frozen=True, slots=True)
class SparseVector:
    """The values that are not 0. `indices` are distinct, ascending, in [0, 2^32)."""

    indices: tuple[int, ...] = ()
    values: tuple[float, ...] = ()

    @classmethod
    def of(cls, entries: Mapping[int, float]) -> SparseVector:
        """Return the vector with these values by index."""
        indices = tuple(sorted(entries))
        return cls(indices, tuple(entries[index] for index in indices))

    def __bool__(self) -> bool:
        return bool(self.indices)

    def dot(self, other: SparseVector) -> float:
        """Return the inner product: a score, if one is a chunk's and the other a question's."""
        values = dict(zip(other.indices, other.values, strict=True))
        pairs = zip(self.indices, self.values, strict=True)
        return sum(value * values.get(index, 0.0) for index, value in pairs)


def term_id(term: str) -> int:
    """Return the dimension of a term, in [0, 2^32)."""
    return int.from_bytes(blake2b(term.encode(), digest_size=_BYTES).digest(), "big")


def chunk_vector(terms: Sequence[str], *, average: float = AVERAGE_LENGTH) -> SparseVector:
    """Return the impacts of a chunk's terms, each of which is repeated as often as it counts."""
    frequencies = Counter(map(term_id, terms))
    return SparseVector.of(
        {index: impact(count, len(terms), average) for index, count in frequencies.items()}
    )


def question_vector(
    terms: Iterable[str], weights: Mapping[str, float] | None = None
) -> SparseVector:
    """Return the weights of a question's distinct terms.

    Args:
        terms: as `analysis.query_terms` gives them.
        weights: `bm25.weight` by term; a term that is not in it is in no chunk and left out. None
            means 1 for all, for a server that weighs terms itself.
    """
    entries: dict[int, float] = {}
    for term in terms:
        value = 1.0 if weights is None else weights.get(term, 0.0)
        if value > 0:
            index = term_id(term)
            entries[index] = max(value, entries.get(index, 0.0))
    return SparseVector.of(entries)
