"""A circuit breaker's state: after failures, calls are skipped for a while instead of timing out.

This is our own code because no library fits. purgatory, aiobreaker, circuitbreaker and pybreaker
read the system's clock themselves and let any number of callers through while half-open (pybreaker
and aiobreaker behind a thread lock). They count an exception by its class alone, whereas here a
time-out counts only after a long enough wait. None has a cooldown that the dependency itself sets.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from ragline.clock import Monotonic


class CircuitState(IntEnum):
    """Closed: all calls pass; open: none; half-open: one trial call. Values as in the metrics."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class Circuit:
    """Opens for `cooldown_s` after `failures` in a row; then one success closes it again.

    `failures=1` suits optional dependencies: a dead Redis then costs one time-out every
    `cooldown_s` seconds rather than one per call. Their callers check `open`. Callers that want a
    single trial call after the cooldown check `admits` instead, and must report its outcome.

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
        clock: Monotonic,
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
        """Whether calls must be skipped at the moment."""
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
        """Count a failure; open the circuit when the limit is reached or the trial call failed.

        A call that started before the circuit opened and fails afterwards changes nothing.

        Args:
            at_least_s: how long the dependency asked not to be called; 0 when it did not ask.
        """
        self._in_a_row += 1
        if self.open or self._in_a_row < self._failures:
            return
        self._open_until = self._clock() + max(self._cooldown_s, at_least_s)
        self._to(CircuitState.OPEN)

    def undecided(self) -> None:
        """Note an outcome that proves nothing; after a trial, the next call is a trial again."""
        if self._state is CircuitState.HALF_OPEN:
            self._to(CircuitState.OPEN)

    def _to(self, state: CircuitState) -> None:
        if state is not self._state:
            self._state = state
            self._on_change(state)
