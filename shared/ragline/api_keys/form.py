"""The form of an API key, and what is kept of it.

A key is `rgl_<id>_<secret>`: the id says which entry of the keys file is meant, the secret is 256
random bits in 43 characters. The file keeps the SHA-256 of the whole key. A plain hash is right
here, because a key is no password: nobody chose it, so there is no dictionary to try, and a hash
that is slow on purpose would protect nothing and cost every request milliseconds.
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from enum import StrEnum
from hashlib import sha256
from typing import Annotated

from pydantic import StringConstraints

from ragline.errors import Misconfigured

PREFIX = "rgl_"
SECRET_BYTES = 32
ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9-]{0,63}$"

KeyId = Annotated[str, StringConstraints(pattern=ID_PATTERN)]

_SECRET_CHARACTERS = 43
_ID = re.compile(ID_PATTERN, re.ASCII)
_KEY = re.compile(
    rf"{PREFIX}(?P<id>[A-Za-z0-9][A-Za-z0-9-]{{0,63}})_[A-Za-z0-9_-]{{{_SECRET_CHARACTERS}}}",
    re.ASCII,
)
# What an unknown id is compared with, so that it takes as long as a known one
_NO_DIGEST = bytes(sha256().digest_size)


class KeyScope(StrEnum):
    """What somebody may do: ask and rate answers, change documents, watch the pipeline."""

    ASK = "ask"
    WRITE = "write"
    OPERATE = "operate"


def make_key(key_id: str, *, random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Return a new key.

    Args:
        key_id: letters, digits and `-`, at most 64; no secret, it shows in logs.
        random: returns so many random bytes.

    Raises:
        Misconfigured: `key_id` is no id.
    """
    if not _ID.fullmatch(key_id):
        raise Misconfigured(
            f"{key_id!r} cannot be a key's id: use letters, digits and -, at most 64"
        )
    secret = urlsafe_b64encode(random(SECRET_BYTES)).rstrip(b"=").decode()
    return f"{PREFIX}{key_id}_{secret}"


def id_of(key: str) -> str | None:
    """Return the id inside `key`, or None when it does not look like a key."""
    found = _KEY.fullmatch(key)
    return found["id"] if found else None


def digest_of(key: str) -> bytes:
    """Return what is kept of `key`: the SHA-256 of its UTF-8 bytes."""
    return sha256(key.encode()).digest()


def same_key(key: str, digest: bytes | None) -> bool:
    """Whether `digest` is that of `key`, in a time that tells nothing of either.

    Without a digest the answer is no, after the same work.
    """
    matches = hmac.compare_digest(digest_of(key), digest or _NO_DIGEST)
    return matches and digest is not None
