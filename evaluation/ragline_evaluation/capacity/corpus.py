"""A corpus of any size, made from real passages and their vectors; the same for the same input.

Document number `d` is always the same, whatever the size, so that a store filled with 10,000 chunks
can grow to 100,000.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragline.ports.store import DocumentRef, EmbeddedChunk, IndexedDocument
from ragline_evaluation.capacity.passages import SourcePassage, recombined

CHUNKS_PER_DOCUMENT = 20
# every tenth document is for one group only: readers outside of it have to pass over a tenth of all
RESTRICTED_EACH = 10
GROUP = "staff"
# how far a vector is moved along the difference of two others: the cosine to its origin is about .9
_STEP = 0.5

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Origin:
    """The passages that a chunk is made of: its text of two, its vector of three."""

    first: int
    second: int
    third: int


class GeneratedCorpus:
    """Chunks made from `passages` with their unit `vectors`, of shape (passages, dimensions).

    The first chunks are the passages themselves. A later one has sentences of two passages, and the
    vector of the first moved along the difference of two others: perturbations keep the directions
    in which real vectors differ, where random noise would spread over all dimensions alike.
    """

    def __init__(self, passages: Sequence[SourcePassage], vectors: Vectors, *, tenant: str) -> None:
        self._passages = passages
        self._vectors = vectors
        self._tenant = tenant

    def document(self, number: int) -> IndexedDocument:
        """Return a document with all its chunks."""
        chunks = []
        start = 0
        vectors = self.vectors(number, number + 1)
        for ordinal in range(CHUNKS_PER_DOCUMENT):
            text = self._text(number * CHUNKS_PER_DOCUMENT + ordinal)
            chunks.append(
                EmbeddedChunk(
                    ordinal=ordinal,
                    text=text,
                    start=start,
                    end=start + len(text),
                    heading_path=(),
                    content_hash=hashlib.sha256(text.encode()).hexdigest(),
                    embedding=vectors[ordinal].tolist(),
                )
            )
            start += len(text) + 1
        first = self._passages[self._origin(number * CHUNKS_PER_DOCUMENT).first]
        return IndexedDocument(
            ref=DocumentRef(tenant=self._tenant, document_id=document_id(number)),
            version=1,
            chunks=chunks,
            content_hash=document_id(number),
            title=first.title,
            access=(GROUP,) if is_restricted(number) else (),
        )

    def vectors(self, first: int, end: int) -> Vectors:
        """Return the vectors of the documents `[first, end)`, one row for each chunk."""
        numbers = range(first * CHUNKS_PER_DOCUMENT, end * CHUNKS_PER_DOCUMENT)
        origins = [self._origin(number) for number in numbers]
        base = self._vectors[[origin.first for origin in origins]]
        step = (
            self._vectors[[origin.second for origin in origins]]
            - self._vectors[[origin.third for origin in origins]]
        )
        moved = base + np.float32(_STEP) * step
        moved[: max(0, len(self._passages) - numbers.start)] = base[
            : max(0, len(self._passages) - numbers.start)
        ]
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        return np.asarray(moved / lengths, dtype=np.float32)

    def _text(self, chunk: int) -> str:
        origin = self._origin(chunk)
        if chunk < len(self._passages):
            return self._passages[origin.first].text
        return recombined(self._passages, origin.first, origin.second, chunk)

    def _origin(self, chunk: int) -> _Origin:
        """Return where a chunk comes from; consecutive chunks begin at consecutive passages."""
        count = len(self._passages)
        second, third = _scattered(chunk, count)
        return _Origin(chunk % count, second, third)


def document_id(number: int) -> str:
    """Return the id of a document; ids sort as their numbers do."""
    return f"generated/{number:08}"


def number_of(document: str) -> int:
    """Return the number of the document with this id."""
    return int(document.rpartition("/")[2])


def is_restricted(number: int) -> bool:
    """Tell whether only `GROUP` may read the document."""
    return number % RESTRICTED_EACH == RESTRICTED_EACH - 1


def documents_of(chunks: int) -> int:
    """Return how many documents hold `chunks` chunks, at least."""
    return -(-chunks // CHUNKS_PER_DOCUMENT)


def _scattered(number: int, count: int) -> tuple[int, int]:
    """Return two different places below `count` that depend only on `number`."""
    digest = hashlib.blake2b(number.to_bytes(8, "little"), digest_size=16).digest()
    second = int.from_bytes(digest[:8], "little") % count
    third = (second + 1 + int.from_bytes(digest[8:], "little") % (count - 1)) % count
    return second, third


def blocks(documents: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield `[first, end)` of consecutive blocks of at most `size` documents."""
    for first in range(0, documents, size):
        yield first, min(first + size, documents)
