"""Redis as an optional dependency: failures are counted, and it is not called for a while."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ragline.adapters.circuit.circuit import Circuit
from ragline.adapters.redis.client import translated
from ragline.clock import Monotonic
from ragline.errors import RaglineError


class OptionalRedis:
    """Decides whether Redis may be called, and handles calls that fail.

    Args:
        on_failure: called with the failed operation's name, to be counted.
        cooldown_s: pause after a failure, so that not every call pays a time-out.
        clock: monotonic seconds.
    """

    def __init__(
        self, *, on_failure: Callable[[str], None], cooldown_s: float, clock: Monotonic
    ) -> None:
        self._on_failure = on_failure
        self._circuit = Circuit(cooldown_s=cooldown_s, clock=clock)

    @property
    def away(self) -> bool:
        """Whether it failed recently and must not be called."""
        return self._circuit.open

    def skipped(self, operation: str) -> None:
        """Count an operation that is skipped because Redis is away."""
        self._on_failure(operation)

    @contextmanager
    def trying(self, operation: str) -> Iterator[None]:
        """Suppress and count a failed call to Redis; then do not call it for a while."""
        try:
            with translated(operation):
                yield
        except RaglineError:
            self._circuit.failed()
            self._on_failure(operation)
        else:
            self._circuit.succeeded()
