"""How long a test waits for what must come.

Such waits end with the condition. Their limit only turns a hang into a failure, so it is far longer
than the condition takes on a machine whose cores others keep busy: a limit near the usual time
would measure the machine.
"""

from __future__ import annotations

from ragline.settings import RedisSettings

PATIENCE_S = 300.0


def patient_redis(url: str) -> RedisSettings:
    """Return settings of a client that takes a slow answer of Redis for no outage."""
    return RedisSettings.model_validate({"url": url, "timeout_s": PATIENCE_S})
