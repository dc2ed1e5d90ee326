"""Samples the live questions that a shadow run processes."""

from __future__ import annotations

from hashlib import blake2b

_BYTES = 8
_ALL = float(1 << 8 * _BYTES)


def sampled(query_id: str, share: float) -> bool:
    """Tell whether a question is in the sample; `share` is in [0, 1].

    Only the id decides, so every instance and every restart samples the same questions, and a
    larger share includes all those of a smaller one.
    """
    digest = blake2b(query_id.encode(), digest_size=_BYTES, person=b"ragline shadow")
    return int.from_bytes(digest.digest()) < share * _ALL
