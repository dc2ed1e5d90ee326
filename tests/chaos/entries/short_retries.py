"""A service whose retry topics wait for seconds, so that a fault can outlast all retries.

`python -m tests.chaos.entries.short_retries <service>` runs it. The topics keep their names.
"""

from __future__ import annotations

import importlib
import sys

from ragline.contracts.topics import RETRIES
from ragline.messaging.serve import serve

DELAYS_S = (1, 3, 6)


def shorten() -> None:
    """Set the delays of all retry topics, in the registry that everything reads them from."""
    for topic, delay_s in zip(RETRIES, DELAYS_S, strict=True):
        object.__setattr__(topic, "delay_s", delay_s)  # topics are frozen


if __name__ == "__main__":
    shorten()
    serve(importlib.import_module(f"ragline_{sys.argv[1]}.app").SPEC)
