"""Calls behind a circuit breaker: which outcomes count as failures, and its metrics.

This is the only place that decides what counts as a failure:

- a transient error of the dependency (`Unavailable`, `RateLimited`); after `RateLimited` the
  circuit stays open for at least as long as the dependency asked for;
- a call that its caller cut off (deadline, cancellation) after the dependency sent nothing for at
  least `patience_s`: the dependency hangs. A shorter wait proves nothing, because the caller was
  in a hurry. A cancellation because nobody wants the result any more (`NOT_WANTED`) does not count.

A permanent error closes the circuit as a result does: a dependency that refuses a request is up.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ragline.adapters.circuit.circuit import Circuit, CircuitState
from ragline.clock import Monotonic
from ragline.errors import CircuitOpen, DeadlineExceeded, PermanentError, TransientError
from ragline.observability.metrics import Metrics
from ragline.ports.models import NOT_WANTED
from ragline.settings import CircuitSettings

log = logging.getLogger(__name__)

_CUT_OFF = (DeadlineExceeded, TimeoutError, asyncio.CancelledError, GeneratorExit)


class Call:
    """One call in flight. For a stream, only the time spent waiting for the dependency counts."""

    def __init__(self, clock: Monotonic) -> None:
        self._clock = clock
        self._waiting_since: float | None = clock()
        self.answered = False

    def heard(self) -> None:
        """Note that the dependency has sent something, which the caller now processes."""
        self.answered = True
        self._waiting_since = None

    def waiting(self) -> None:
        """Note that the caller waits for the dependency again."""
        self._waiting_since = self._clock()

    @property
    def silent_s(self) -> float:
        """For how many seconds the caller has been waiting for the dependency."""
        return 0.0 if self._waiting_since is None else self._clock() - self._waiting_since


class Breaker:
    """The circuit breaker of one dependency, with its `ragline_circuit_*` metrics.

    Args:
        dependency: its name in metrics and messages.
        settings: when it opens and for how long.
        metrics: where its state is reported.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        dependency: str,
        *,
        settings: CircuitSettings,
        metrics: Metrics,
        clock: Monotonic = time.monotonic,
    ) -> None:
        self.dependency = dependency
        self._patience_s = settings.patience_s
        self._metrics = metrics
        self._clock = clock
        self._away = False
        self._circuit = Circuit(
            cooldown_s=settings.cooldown_s,
            clock=clock,
            failures=settings.failures,
            on_change=self._show,
        )
        self._show(CircuitState.CLOSED)

    @property
    def closed(self) -> bool:
        """Whether calls go through as usual."""
        return self._circuit.state is CircuitState.CLOSED

    def problem(self) -> str | None:
        """Return why calls are refused, or None; used by probes."""
        return None if self.closed else self._reason()

    @contextmanager
    def call(self) -> Iterator[Call]:
        """Surround one call of the dependency.

        Raises:
            CircuitOpen: it failed recently; it is not called.
        """
        if not self._circuit.admits():
            self._metrics.count("ragline_circuit_refused_total", dependency=self.dependency)
            raise CircuitOpen(self._reason(), retry_after=self._circuit.retry_after or None)
        call = Call(self._clock)
        try:
            yield call
        except BaseException as error:
            self._judge(call, error)
            raise
        self._circuit.succeeded()

    def _judge(self, call: Call, error: BaseException) -> None:
        if isinstance(error, asyncio.CancelledError) and error.args == (NOT_WANTED,):
            self._circuit.undecided()
        elif isinstance(error, _CUT_OFF):
            if call.silent_s >= self._patience_s:
                self._failed()
            elif call.answered:
                self._circuit.succeeded()
            else:
                self._circuit.undecided()
        elif isinstance(error, TransientError):
            self._failed(at_least_s=error.retry_after or 0.0)
        elif isinstance(error, PermanentError):
            self._circuit.succeeded()
        else:
            self._circuit.undecided()

    def _reason(self) -> str:
        wait_s = self._circuit.retry_after
        when = f"in {wait_s:.1f} s" if wait_s else "the next call"
        if self._circuit.state is CircuitState.HALF_OPEN:
            when = "under way"
        return f"{self.dependency} failed lately and is left alone; the next trial is {when}"

    def _failed(self, *, at_least_s: float = 0.0) -> None:
        was_open = self._circuit.state is CircuitState.OPEN
        self._circuit.failed(at_least_s=at_least_s)
        if self._circuit.open and not was_open:
            self._metrics.count("ragline_circuit_opened_total", dependency=self.dependency)

    def _show(self, state: CircuitState) -> None:
        if state is CircuitState.OPEN and not self._away:
            self._away = True
            log.warning("%s", self._reason())
        elif state is CircuitState.CLOSED and self._away:
            self._away = False
            log.info("%s is back", self.dependency)
        self._metrics.set("ragline_circuit_state", state, dependency=self.dependency)
