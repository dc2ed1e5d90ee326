"""Buckets of chunk ids: postings of one term and one bucket are kept together."""

from __future__ import annotations

BUCKET_BITS = 16
BUCKET_SIZE = 1 << BUCKET_BITS
# places, frequencies and lengths are kept in 16 bits; no chunk has so many words
MOST = BUCKET_SIZE - 1


def place_of(key: int) -> tuple[int, int]:
    """Return the bucket of a chunk id, and its place in there."""
    return key >> BUCKET_BITS, key & MOST
