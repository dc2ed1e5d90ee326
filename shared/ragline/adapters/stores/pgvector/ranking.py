"""The best chunks of a question, scoring only the postings that can matter (MaxScore).

Turtle and Flood, "Query evaluation: strategies and optimizations" (1995). Terms are taken in the
order of what they can add at most. Once all terms that are left cannot together lift a new chunk
among the best, only those chunks are scored further that can still get there. The result is the
same as that of scoring everything, to the last bit: each chunk's terms are added in one order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragline.adapters.stores.pgvector.buckets import BUCKET_BITS, BUCKET_SIZE
from ragline.adapters.stores.pgvector.impacts import PackedPostings, Scores, impacts

# sums of bounds and of scores are rounded in different orders
_ROUNDING = 1 + 1e-9


@dataclass(frozen=True, slots=True)
class TermBound:
    """A term of a question, its weight, and the most that it adds to a chunk's score."""

    term: str
    weight: float
    most: float


def in_order(terms: Sequence[TermBound]) -> list[TermBound]:
    """Return the terms in the order in which they are scored: what adds most comes first."""
    return sorted(terms, key=lambda each: (-each.most, each.term))


class Ranking:
    """Scores chunks term by term, and knows when further chunks cannot be among the best.

    Args:
        average: the words of a chunk, on average.
        wanted: how many best chunks are asked for.
    """

    def __init__(self, *, average: float, wanted: int) -> None:
        self._average = average
        self._wanted = wanted
        self._scores: dict[int, Scores] = {}
        self._least = 0.0

    def add(self, term: TermBound, postings: Mapping[int, Sequence[PackedPostings]]) -> None:
        """Score all postings of a term, given by bucket."""
        for bucket, packed in postings.items():
            scores = self._scores.get(bucket)
            if scores is None:
                scores = self._scores[bucket] = np.zeros(BUCKET_SIZE)
            places, added = self._added(term, packed)
            scores[places] += added

    def is_settled(self, rest: float) -> bool:
        """Tell whether chunks without a score cannot be among the best.

        Args:
            rest: the most that the terms not added yet can add together.
        """
        self._least = max(self._least, self._threshold())
        return rest * _ROUNDING < self._least

    def contenders(self, rest: float) -> Contenders:
        """Return the chunks that can still be among the best if others add at most `rest`."""
        least = self._least - rest * _ROUNDING
        places: dict[int, NDArray[np.int64]] = {}
        scores: dict[int, Scores] = {}
        for bucket, found in self._scores.items():
            kept = np.flatnonzero(found > 0) if least <= 0 else np.flatnonzero(found >= least)
            if len(kept):
                places[bucket], scores[bucket] = kept, found[kept]
        return Contenders(places, scores, average=self._average)

    def _threshold(self) -> float:
        """Return the score of the last one wanted so far, or 0 if there are fewer."""
        found = [
            scores[scores > self._least] if self._least else scores[scores > 0]
            for scores in self._scores.values()
        ]
        reached = np.concatenate(found) if found else np.empty(0)
        if len(reached) < self._wanted:
            return 0.0
        return float(np.partition(reached, len(reached) - self._wanted)[-self._wanted])

    def _added(
        self, term: TermBound, packed: Sequence[PackedPostings]
    ) -> tuple[NDArray[np.uint16], Scores]:
        return _impacts(term, packed, self._average)


class Contenders:
    """The chunks that can be among the best, scored further with the terms that are left."""

    def __init__(
        self,
        places: dict[int, NDArray[np.int64]],
        scores: dict[int, Scores],
        *,
        average: float,
    ) -> None:
        self._places = places
        self._scores = scores
        self._average = average

    @property
    def buckets(self) -> list[int]:
        """The buckets whose postings are needed."""
        return sorted(self._places)

    def add(self, term: TermBound, postings: Mapping[int, Sequence[PackedPostings]]) -> None:
        """Score those postings of a term that are of these chunks."""
        for bucket, packed in postings.items():
            if bucket not in self._places:
                continue
            places, added = _impacts(term, packed, self._average)
            whole = np.zeros(BUCKET_SIZE)
            whole[places] = added
            self._scores[bucket] += whole[self._places[bucket]]

    def best(self) -> tuple[list[int], list[float]]:
        """Return chunk ids and scores, best first; at one score, lower ids first."""
        if not self._places:
            return [], []
        buckets = self.buckets
        ids = np.concatenate([self._places[each] + (each << BUCKET_BITS) for each in buckets])
        scores = np.concatenate([self._scores[each] for each in buckets])
        order = np.lexsort((ids, -scores))
        return ids[order].tolist(), scores[order].tolist()


def _impacts(
    term: TermBound, packed: Sequence[PackedPostings], average: float
) -> tuple[NDArray[np.uint16], Scores]:
    columns = [each.numbers() for each in packed]
    places, frequencies, lengths = (np.concatenate(each) for each in zip(*columns, strict=True))
    return places, term.weight * impacts(frequencies, lengths, average)
