"""How long a test waits for what must come.

Such waits end with the condition. Their limit only turns a hang into a failure, so it is far longer
than the condition takes on a machine whose cores others keep busy: a limit near the usual time
would measure the machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from ragline.settings import RedisSettings

PATIENCE_S = 300.0
_LOOK_S = 0.2
T = TypeVar("T")


def patient_redis(**settings: str) -> RedisSettings:
    """Return settings of a client that takes a slow answer of Redis for no outage."""
    return RedisSettings.model_validate({"timeout_s": PATIENCE_S, **settings})


def eventually(look: Callable[[], T]) -> T:
    """Return what `look` finds, as soon as it finds something."""
    until = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < until, f"nothing after {PATIENCE_S} s"
        time.sleep(_LOOK_S)
    return found
