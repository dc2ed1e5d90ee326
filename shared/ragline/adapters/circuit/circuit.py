"""A circuit breaker's state: after failures, calls are skipped for a while instead of timing out.

Own code because no library fits: purgatory, aiobreaker, circuitbreaker and pybreaker read the
system's clock themselves, let any number of callers through while half-open (pybreaker and
aiobreaker behind a thread lock), count an exception by its class alone, where here a time-out
counts only after a long enough wait, and know no cooldown that the dependency itself asks for.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum


class CircuitState(IntEnum):
    """Closed lets all calls through, open none, half-open one, the trial; values as in metrics."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class Circuit:
    """Opens after `failures` in a row for `cooldown_s`; then one success closes it again.

    With one failure it suits helpers that Ragline goes on without: a dead Redis then costs one
    time-out every `cooldown_s` seconds rather than one for each call. They ask `open`. Callers that
    want a single trial after the cooldown ask `admits` instead, and must report its outcome.

    Args:
        cooldown_s: seconds that it stays open.
        clock: monotonic seconds.
        failures: how many in a row open it.
        on_change: called with the new state.
    """

    def __init__(
        self,
        *,
        cooldown_s: float,
        clock: Callable[[], float],
        failures: int = 1,
        on_change: Callable[[CircuitState], None] = lambda _: None,
    ) -> None:
        self._cooldown_s = cooldown_s
        self._clock = clock
        self._failures = failures
        self._on_change = on_change
        self._state = CircuitState.CLOSED
        self._in_a_row = 0
        self._open_until = 0.0

    @property
    def state(self) -> CircuitState:
        """The state; half-open while the trial runs."""
        return self._state

    @property
    def open(self) -> bool:
        """Whether calls are to be skipped just now."""
        return self._state is not CircuitState.CLOSED and self.retry_after > 0

    @property
    def retry_after(self) -> float:
        """Seconds until the next trial; 0 when it is due or the circuit is closed."""
        return max(0.0, self._open_until - self._clock())

    def admits(self) -> bool:
        """Whether a call may be made; after the cooldown the first to ask makes the trial."""
        if self._state is CircuitState.CLOSED:
            return True
        if self._state is CircuitState.HALF_OPEN or self.retry_after > 0:
            return False
        self._to(CircuitState.HALF_OPEN)
        return True

    def succeeded(self) -> None:
        """Close the circuit."""
        self._in_a_row = 0
        self._open_until = 0.0
        self._to(CircuitState.CLOSED)

    def failed(self, *, at_least_s: float = 0.0) -> None:
        """Count a failure and open the circuit when it is one too many, or the trial's.

        A call from before the circuit opened that fails late changes nothing.

        Args:
            at_least_s: how long the dependency asked to be left alone, where it did.
        """
        self._in_a_row += 1
        if self.open or self._in_a_row < self._failures:
            return
        self._open_until = self._clock() + max(self._cooldown_s, at_least_s)
        self._to(CircuitState.OPEN)

    def undecided(self) -> None:
        """Take note that a call told nothing; after a trial the next call is one."""
        if self._state is CircuitState.HALF_OPEN:
            self._to(CircuitState.OPEN)

    def _to(self, state: CircuitState) -> None:
        if state is not self._state:
            self._state = state
            self._on_change(state)
