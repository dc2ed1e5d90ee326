"""The form of an API key, and the hash that is stored of it.

A key is `rgl_<id>_<secret>`: the id names its entry in the keys file, the secret is 256 random bits
in 43 characters. The file stores the SHA-256 of the whole key. A plain hash is enough here: a key
is random and not chosen by a person as a password is, so a dictionary attack is impossible. A
deliberately slow hash would add no protection and cost every request milliseconds.
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
# An unknown id is compared with this, so that it takes as long as a known one
_NO_DIGEST = bytes(sha256().digest_size)


class KeyScope(StrEnum):
    """What a caller may do.

    `ask`: ask and rate answers; `write`: change documents' content; `access`: say who may read
    documents; `operate`: watch the pipeline.
    """

    ASK = "ask"
    WRITE = "write"
    ACCESS = "access"
    OPERATE = "operate"


def make_key(key_id: str, *, random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Return a new key.

    Args:
        key_id: letters, digits and `-`, at most 64; not secret, it appears in logs.
        random: returns the given number of random bytes.

    Raises:
        Misconfigured: `key_id` is not a valid id.
    """
    if not _ID.fullmatch(key_id):
        raise Misconfigured(
            f"{key_id!r} cannot be a key's id: use letters, digits and -, at most 64"
        )
    secret = urlsafe_b64encode(random(SECRET_BYTES)).rstrip(b"=").decode()
    return f"{PREFIX}{key_id}_{secret}"


def id_of(key: str) -> str | None:
    """Return the id inside `key`, or None when the text does not have the form of a key."""
    found = _KEY.fullmatch(key)
    return found["id"] if found else None


def digest_of(key: str) -> bytes:
    """Return the stored hash of `key`: the SHA-256 of its UTF-8 bytes."""
    return sha256(key.encode()).digest()


def same_key(key: str, digest: bytes | None) -> bool:
    """Whether `digest` is that of `key`, compared in constant time.

    Without a digest the result is False, after the same amount of work.
    """
    matches = hmac.compare_digest(digest_of(key), digest or _NO_DIGEST)
    return matches and digest is not None
