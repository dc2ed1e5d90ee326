"""Which outcomes of calls count, and what is seen of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

import pytest
from tests.unit.shared.adapters.circuit.conftest import Clock

from ragline.adapters.circuit.breaker import Breaker
from ragline.errors import (
    CircuitOpen,
    DeadlineExceeded,
    FingerprintMismatch,
    Misconfigured,
    RateLimited,
    Superseded,
    Unavailable,
)
from ragline.observability.metrics import Metrics
from ragline.settings import CircuitSettings

SETTINGS = CircuitSettings(failures=2, cooldown_s=10, patience_s=1)


class Bench:
    """A breaker with everything around it under control."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.metrics = Metrics()
        self.breaker = Breaker("store", settings=SETTINGS, metrics=self.metrics, clock=clock)

    def fail(self, error: BaseException, *, after_s: float = 0.0) -> None:
        with suppress(type(error)), self.breaker.call():
            self.clock.advance(after_s)
            raise error

    def succeed(self) -> None:
        with self.breaker.call():
            pass

    def metric(self, name: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, {"dependency": "store"})


@pytest.fixture
def bench(clock: Clock) -> Bench:
    """A closed circuit that opens after two failures."""
    return Bench(clock)


FAILURES: list[tuple[BaseException, float]] = [
    (Unavailable("down"), 0),
    (RateLimited("slow down"), 0),
    (DeadlineExceeded("no time left"), 1),
    (asyncio.CancelledError(), 1),
    (TimeoutError(), 1),
]
NO_FAILURES: list[tuple[BaseException, float]] = [
    (DeadlineExceeded("no time left"), 0.9),
    (asyncio.CancelledError(), 0.9),
    (TimeoutError(), 0.9),
    (Misconfigured("wrong key"), 5),
    (Superseded("newer"), 5),
    (FingerprintMismatch("other model"), 5),
    (ValueError("a bug"), 5),
]


@pytest.mark.parametrize(("error", "after_s"), FAILURES)
def test_these_open_the_circuit(bench: Bench, error: BaseException, after_s: float) -> None:
    bench.fail(error, after_s=after_s)
    bench.fail(error, after_s=after_s)

    assert not bench.breaker.closed
    assert bench.metric("ragline_circuit_state") == 2
    assert bench.metric("ragline_circuit_opened_total") == 1


@pytest.mark.parametrize(("error", "after_s"), NO_FAILURES)
def test_these_do_not(bench: Bench, error: BaseException, after_s: float) -> None:
    for _ in range(5):
        bench.fail(error, after_s=after_s)

    assert bench.breaker.closed
    assert bench.breaker.problem() is None
    assert bench.metric("ragline_circuit_state") == 0


def test_while_open_calls_fail_at_once_and_say_when_the_next_trial_is(bench: Bench) -> None:
    for _ in range(2):
        bench.fail(Unavailable("down"))
    bench.clock.advance(4)

    with pytest.raises(CircuitOpen, match=r"store failed lately.*in 6\.0 s") as caught:
        bench.succeed()

    assert caught.value.retry_after == 6
    assert bench.metric("ragline_circuit_refused_total") == 1
    assert "in 6.0 s" in (bench.breaker.problem() or "")


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (lambda bench: bench.succeed(), 0),
        (lambda bench: bench.fail(Misconfigured("wrong key")), 0),
        (lambda bench: bench.fail(Unavailable("down")), 2),
        (lambda bench: bench.fail(asyncio.CancelledError()), 2),
    ],
)
def test_the_trial_decides(bench: Bench, outcome: Callable[[Bench], None], state: int) -> None:
    for _ in range(2):
        bench.fail(Unavailable("down"))
    bench.clock.advance(10)

    outcome(bench)

    assert bench.metric("ragline_circuit_state") == state


def test_while_the_trial_runs_others_are_refused(bench: Bench) -> None:
    for _ in range(2):
        bench.fail(Unavailable("down"))
    bench.clock.advance(10)

    with bench.breaker.call():
        assert bench.metric("ragline_circuit_state") == 1
        with pytest.raises(CircuitOpen, match="trial is under way") as caught:
            bench.succeed()
        assert caught.value.retry_after is None

    assert bench.metric("ragline_circuit_state") == 0


def test_a_trial_that_was_cut_off_early_is_repeated_and_not_counted(bench: Bench) -> None:
    for _ in range(2):
        bench.fail(Unavailable("down"))
    bench.clock.advance(10)

    bench.fail(asyncio.CancelledError())
    assert bench.metric("ragline_circuit_opened_total") == 1
    bench.fail(Unavailable("still down"))
    assert bench.metric("ragline_circuit_opened_total") == 2


def test_it_is_left_alone_for_as_long_as_it_asked(bench: Bench) -> None:
    for _ in range(2):
        bench.fail(RateLimited("slow down", retry_after=60))

    with pytest.raises(CircuitOpen) as caught:
        bench.succeed()
    assert caught.value.retry_after == 60


def test_of_a_stream_only_the_waiting_counts(bench: Bench) -> None:
    for _ in range(3):
        with suppress(GeneratorExit), bench.breaker.call() as call:
            call.heard()
            bench.clock.advance(30)  # the reader's own time
            raise GeneratorExit
    assert bench.breaker.closed

    for _ in range(2):
        with suppress(DeadlineExceeded), bench.breaker.call() as call:
            call.heard()
            call.waiting()
            bench.clock.advance(1)
            raise DeadlineExceeded("stalled in the middle")
    assert not bench.breaker.closed


def test_a_dependency_that_goes_and_comes_back_is_two_lines(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        for _ in range(3):  # trial calls that fail too say nothing new
            bench.fail(Unavailable("down"))
            bench.fail(Unavailable("down"))
            bench.clock.advance(10)
        bench.succeed()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert caplog.messages[1] == "store is back"
