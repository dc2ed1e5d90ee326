"""What a posting adds to a chunk's score (BM25), and how postings are kept: pure arithmetic.

Many postings of one term are kept together as three strings of 16-bit numbers (big-endian, as
PostgreSQL's own binary functions write them): places of chunks in their bucket, frequencies and
lengths. Chunk ids of one bucket share all but their low 16 bits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragline.adapters.stores.bm25 import BM25_B, BM25_K1
from ragline.adapters.stores.pgvector.buckets import MOST

Numbers = NDArray[np.uint16]
Scores = NDArray[np.float64]
_STORED = np.dtype(">u2")


@dataclass(frozen=True, slots=True)
class PackedPostings:
    """Postings of one term in one bucket, in any order; a place occurs once."""

    places: bytes
    frequencies: bytes
    lengths: bytes

    @classmethod
    def of(cls, postings: Iterable[tuple[int, int, int]]) -> PackedPostings:
        """Pack postings, given as place, frequency and length."""
        columns = np.minimum(np.array(list(postings), dtype=np.int64).reshape(-1, 3), MOST)
        return cls(*(columns[:, n].astype(_STORED).tobytes() for n in range(3)))

    def __len__(self) -> int:
        return len(self.places) // _STORED.itemsize

    def numbers(self) -> tuple[Numbers, Numbers, Numbers]:
        """Return places, frequencies and lengths."""
        return unpacked(self.places), unpacked(self.frequencies), unpacked(self.lengths)

    def without(self, places: Iterable[int]) -> PackedPostings:
        """Return the postings that are at none of `places`."""
        gone = np.fromiter(places, dtype=np.int64)
        columns = self.numbers()
        kept = ~np.isin(columns[0], gone)
        return PackedPostings(*(each[kept].astype(_STORED).tobytes() for each in columns))

    def peak(self, average: float) -> float:
        """Return the greatest impact of these postings where chunks have `average` words."""
        _, frequencies, lengths = self.numbers()
        return float(impacts(frequencies, lengths, average).max(initial=0.0))


def unpacked(stored: bytes) -> Numbers:
    """Return the 16-bit numbers of a stored string."""
    return np.frombuffer(stored, dtype=_STORED).astype(np.uint16)


def impacts(frequencies: Numbers, lengths: Numbers, average: float) -> Scores:
    """Return what each posting adds to its chunk's score for a term of weight 1, below k1 + 1."""
    saturated = frequencies.astype(np.float64)
    norm = lengths * (BM25_K1 * BM25_B / average)
    norm += BM25_K1 * (1 - BM25_B)
    norm += saturated
    saturated *= BM25_K1 + 1
    saturated /= norm
    return saturated


def bound(peak: float, then: float, now: float) -> float:
    """Return a bound of impacts at the average length `now`, if `peak` bounds them at `then`.

    An impact is f (k1 + 1) / (f + k1 (1 - b) + k1 b length / average). A greater average divides
    only the last term of the sum below, so an impact grows no more than the average does.
    """
    return peak * max(1.0, now / then)
