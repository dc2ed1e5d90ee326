"""Okapi BM25 in numbers: what one term adds to the score of one chunk.

A chunk's score is the sum, over the question's terms, of the term's weight times its impact.
"""

from __future__ import annotations

import math

# Lucene's values (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond",
# 2009)
BM25_K1 = 1.2
BM25_B = 0.75


def weight(chunks: int, found_in: int) -> float:
    """Return a term's weight (idf) if `found_in` of `chunks` chunks hold it.

    Positive even while another writer's chunks are not counted yet.
    """
    return math.log(1 + max(chunks - found_in + 0.5, 0.5) / (found_in + 0.5))


def impact(frequency: int, length: int, average: float) -> float:
    """Return what a term of weight 1 adds to the score of a chunk that holds it, below k1 + 1.

    Args:
        frequency: how often the chunk holds the term, weighted words counted by their weight.
        length: how many words the chunk has, counted in the same way.
        average: the words of a chunk, on average; above 0.
    """
    return (
        frequency * (BM25_K1 + 1) / (frequency + BM25_K1 * (1 - BM25_B + BM25_B * length / average))
    )
