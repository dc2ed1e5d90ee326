"""How fast a model's server writes, to tell waiting for a long answer from not waiting for it."""

from __future__ import annotations

import time

# Tokens: more than a server writes in any test
LONG = 3_000


class Pace:
    """How long the server takes for a token just now, to tell waiting for a long answer from not.

    The server has one slot: were an answer of `LONG` tokens still written, the next question would
    wait for it.
    """

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._tokens = 0

    def token(self) -> None:
        """Count a token."""
        self._tokens += 1

    @property
    def whole_s(self) -> float:
        """Seconds that the whole long answer would have taken."""
        return LONG * (time.monotonic() - self._started) / self._tokens
