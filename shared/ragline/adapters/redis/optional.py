"""A Redis that is gone on without: failures are counted, and it is left alone for a while."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ragline.adapters.circuit.circuit import Circuit
from ragline.adapters.redis.client import translated
from ragline.errors import RaglineError


class OptionalRedis:
    """Whether Redis may be asked, and what becomes of calls that fail.

    Args:
        on_failure: called with the failed operation's name, to be counted.
        cooldown_s: pause after a failure, so that not every call pays a time-out.
        clock: monotonic seconds.
    """

    def __init__(
        self, *, on_failure: Callable[[str], None], cooldown_s: float, clock: Callable[[], float]
    ) -> None:
        self._on_failure = on_failure
        self._circuit = Circuit(cooldown_s=cooldown_s, clock=clock)

    @property
    def away(self) -> bool:
        """Whether it failed a moment ago and is not to be asked."""
        return self._circuit.open

    def skipped(self, operation: str) -> None:
        """Count an operation that is left out because Redis is away."""
        self._on_failure(operation)

    @contextmanager
    def trying(self, operation: str) -> Iterator[None]:
        """Swallow a failed call to Redis, count it and leave Redis alone for a while."""
        try:
            with translated(operation):
                yield
        except RaglineError:
            self._circuit.failed()
            self._on_failure(operation)
        else:
            self._circuit.succeeded()
