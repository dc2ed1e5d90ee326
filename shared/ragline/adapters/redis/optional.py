"""Redis as an optional dependency: failures are counted, and it is not called for a while."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from redis.asyncio import Redis

from ragline.adapters.circuit.circuit import Circuit, CircuitState
from ragline.adapters.redis.client import translated
from ragline.clock import Monotonic
from ragline.errors import RaglineError
from ragline.observability.metrics import Metrics

log = logging.getLogger(__name__)


class OptionalRedis:
    """A client; decides whether it may be called, and handles calls that fail.

    Each user of Redis has its own, so that a failure of one does not keep the others from calling.
    Each outage is logged once.

    Args:
        client: the client; its time limits bound every call.
        name: what Ragline continues without, for the log.
        on_failure: called with the failed operation's name, to be counted.
        cooldown_s: pause after a failure, so that not every call pays a time-out.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        client: Redis,
        name: str,
        *,
        on_failure: Callable[[str], None],
        cooldown_s: float = 5.0,
        clock: Monotonic = time.monotonic,
    ) -> None:
        self.client = client
        self._name = name
        self._on_failure = on_failure
        self._circuit = Circuit(cooldown_s=cooldown_s, clock=clock)

    @property
    def away(self) -> bool:
        """Whether it failed recently and must not be called."""
        return self._circuit.open

    @property
    def _works(self) -> bool:
        return self._circuit.state is CircuitState.CLOSED

    def may(self, operation: str) -> bool:
        """Tell whether Redis may be called; if not, the operation is counted as skipped."""
        if self.away:
            self.skipped(operation)
            return False
        return True

    def skipped(self, operation: str) -> None:
        """Count an operation that is skipped because Redis is away."""
        self._on_failure(operation)

    @contextmanager
    def trying(self, operation: str) -> Iterator[None]:
        """Suppress and count a failed call to Redis; then do not call it for a while."""
        try:
            with translated(operation):
                yield
        except RaglineError as error:
            if self._works:
                log.warning("going on without the %s: %s", self._name, error)
            self._circuit.failed()
            self._on_failure(operation)
        else:
            if not self._works:
                log.info("the %s is back", self._name)
            self._circuit.succeeded()


def optional_redis(client: Redis, dependency: str, metrics: Metrics) -> OptionalRedis:
    """Create an `OptionalRedis` for one user; its failures are counted as `dependency`."""
    return OptionalRedis(
        client,
        dependency.replace("_", " "),
        on_failure=lambda _operation: metrics.without(dependency),
    )
