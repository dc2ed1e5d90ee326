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
from ragline.adapters.stores.pgvector.impacts import Numbers, PackedPostings, Scores, impacts

Places = NDArray[np.int64]

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


class ChunkRanking:
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
            places, frequencies, lengths = _columns(packed)
            scores[places] += term.weight * impacts(frequencies, lengths, self._average)

    def is_settled(self, rest: float) -> bool:
        """Tell whether chunks without a score cannot be among the best.

        Args:
            rest: the most that the terms not added yet can add together.
        """
        self._least = max(self._least, self._threshold())
        return rest * _ROUNDING < self._least

    def contenders(self, rest: float) -> Contenders:
        """Return the chunks that can still be among the best if others add at most `rest`."""
        places: dict[int, Places] = {}
        scores: dict[int, Scores] = {}
        for bucket, found in self._scores.items():
            places[bucket] = np.flatnonzero(found > 0)
            scores[bucket] = found[places[bucket]]
        contenders = Contenders(places, scores, average=self._average, wanted=self._wanted)
        contenders.narrow(rest, self._least)
        return contenders

    def _threshold(self) -> float:
        """Return the score of the last one wanted so far, or 0 if there are fewer."""
        found = [scores[scores > self._least] for scores in self._scores.values()]
        return _last_wanted(np.concatenate(found) if found else np.empty(0), self._wanted)


class Contenders:
    """The chunks that can be among the best, scored further with the terms that are left."""

    def __init__(
        self,
        places: dict[int, Places],
        scores: dict[int, Scores],
        *,
        average: float,
        wanted: int,
    ) -> None:
        self._places = places
        self._scores = scores
        self._average = average
        self._wanted = wanted

    @property
    def buckets(self) -> list[int]:
        """The buckets whose postings are needed."""
        return sorted(self._places)

    def add(
        self, term: TermBound, postings: Mapping[int, Sequence[PackedPostings]], rest: float
    ) -> None:
        """Score those postings of a term that are of these chunks.

        Args:
            term: the term.
            postings: of the term, by bucket.
            rest: the most that the terms after this one can add together.
        """
        for bucket, packed in postings.items():
            if bucket in self._places:
                self._add(bucket, term, packed)
        self.narrow(rest, 0.0)

    def _add(self, bucket: int, term: TermBound, packed: Sequence[PackedPostings]) -> None:
        known = self._places[bucket]
        turns = np.zeros(BUCKET_SIZE, dtype=np.int32)
        turns[known] = np.arange(1, len(known) + 1)
        columns = _columns(packed)
        turn = turns[columns[0]]
        which = np.flatnonzero(turn > 0)
        _, frequencies, lengths = (each[which] for each in columns)
        added = term.weight * impacts(frequencies, lengths, self._average)
        self._scores[bucket][turn[which] - 1] += added

    def narrow(self, rest: float, least: float) -> None:
        """Drop the chunks that cannot be among the best.

        Args:
            rest: the most that others can add.
            least: a score that the last of the best is known to reach.
        """
        if self._scores:
            whole = np.concatenate(list(self._scores.values()))
            least = max(least, _last_wanted(whole, self._wanted))
        for bucket in self.buckets:
            kept = self._scores[bucket] >= least - rest * _ROUNDING
            if kept.any():
                self._places[bucket] = self._places[bucket][kept]
                self._scores[bucket] = self._scores[bucket][kept]
            else:
                del self._places[bucket], self._scores[bucket]

    def best(self) -> tuple[list[int], list[float]]:
        """Return ids and scores of the chunks that are left, best first; at one score by id."""
        if not self._places:
            return [], []
        buckets = self.buckets
        ids = np.concatenate([self._places[each] + (each << BUCKET_BITS) for each in buckets])
        scores = np.concatenate([self._scores[each] for each in buckets])
        order = np.lexsort((ids, -scores))
        return ids[order].tolist(), scores[order].tolist()


def _last_wanted(scores: Scores, wanted: int) -> float:
    """Return the `wanted`-th score from the top, or 0 if there are fewer."""
    if len(scores) < wanted:
        return 0.0
    return float(np.partition(scores, len(scores) - wanted)[-wanted])


def _columns(packed: Sequence[PackedPostings]) -> tuple[Numbers, Numbers, Numbers]:
    """Return the places, frequencies and lengths of postings that are kept in several pieces."""
    if len(packed) == 1:
        return packed[0].numbers()
    first, second, third = zip(*(each.numbers() for each in packed), strict=True)
    return np.concatenate(first), np.concatenate(second), np.concatenate(third)
