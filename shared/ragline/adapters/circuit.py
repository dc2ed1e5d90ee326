"""A circuit breaker: after a failure, calls are skipped for a while instead of timing out."""

from __future__ import annotations

from collections.abc import Callable


class Circuit:
    """Opens on the first failure for `cooldown_s`; then one success closes it again.

    Meant for helpers that Ragline goes on without: a dead Redis then costs one time-out every
    `cooldown_s` seconds rather than one for each call. `clock` returns monotonic seconds.
    """

    def __init__(self, *, cooldown_s: float, clock: Callable[[], float]) -> None:
        self._cooldown_s = cooldown_s
        self._clock = clock
        self._open_until: float | None = None

    @property
    def open(self) -> bool:
        """Whether calls are to be skipped just now."""
        return self._open_until is not None and self._clock() < self._open_until

    def succeeded(self) -> None:
        """Close the circuit."""
        self._open_until = None

    def failed(self) -> None:
        """Open the circuit, also again after a trial call that failed."""
        self._open_until = self._clock() + self._cooldown_s
