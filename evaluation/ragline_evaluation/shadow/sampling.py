"""Which live questions a shadow runs."""

from __future__ import annotations

from hashlib import blake2b

_BYTES = 8
_ALL = float(1 << 8 * _BYTES)


def sampled(query_id: str, share: float) -> bool:
    """Tell whether a question is among the `share` of all, in [0, 1].

    The id alone decides, so that every instance and every restart pick the same questions, and a
    larger share has all those of a smaller one.
    """
    digest = blake2b(query_id.encode(), digest_size=_BYTES, person=b"ragline shadow")
    return int.from_bytes(digest.digest()) < share * _ALL
