"""When a circuit opens, tries and closes."""

from __future__ import annotations

import pytest
from tests.unit.shared.adapters.circuit.conftest import Clock

from ragline.adapters.circuit.circuit import Circuit, CircuitState

CLOSED, HALF_OPEN, OPEN = CircuitState.CLOSED, CircuitState.HALF_OPEN, CircuitState.OPEN


@pytest.fixture
def seen() -> list[CircuitState]:
    """The states that the circuit went through."""
    return []


@pytest.fixture
def circuit(clock: Clock, seen: list[CircuitState]) -> Circuit:
    """Opens after three failures for ten seconds."""
    return Circuit(cooldown_s=10, clock=clock, failures=3, on_change=seen.append)


def fail(circuit: Circuit, times: int) -> None:
    for _ in range(times):
        circuit.failed()


def test_failures_in_a_row_open_it(circuit: Circuit, seen: list[CircuitState]) -> None:
    fail(circuit, 2)
    assert circuit.admits()

    circuit.failed()

    assert not circuit.admits()
    assert circuit.retry_after == 10
    assert seen == [OPEN]


def test_a_success_in_between_starts_the_count_anew(circuit: Circuit) -> None:
    fail(circuit, 2)
    circuit.succeeded()
    fail(circuit, 2)

    assert circuit.state is CLOSED


def test_after_the_cooldown_one_call_tries(
    circuit: Circuit, clock: Clock, seen: list[CircuitState]
) -> None:
    fail(circuit, 3)
    clock.advance(9.9)
    assert not circuit.admits()
    clock.advance(0.1)

    assert [circuit.admits() for _ in range(5)] == [True, False, False, False, False]
    assert seen == [OPEN, HALF_OPEN]


def test_a_trial_that_works_closes_it(
    circuit: Circuit, clock: Clock, seen: list[CircuitState]
) -> None:
    fail(circuit, 3)
    clock.advance(10)
    assert circuit.admits()

    circuit.succeeded()
    fail(circuit, 2)

    assert circuit.admits()
    assert seen == [OPEN, HALF_OPEN, CLOSED]


def test_a_trial_that_fails_opens_it_for_another_cooldown(circuit: Circuit, clock: Clock) -> None:
    fail(circuit, 3)
    clock.advance(10)
    assert circuit.admits()

    circuit.failed()

    assert circuit.state is OPEN
    assert circuit.retry_after == 10


def test_a_trial_that_tells_nothing_makes_the_next_call_the_trial(
    circuit: Circuit, clock: Clock
) -> None:
    fail(circuit, 3)
    clock.advance(10)
    assert circuit.admits()

    circuit.undecided()

    assert [circuit.admits() for _ in range(2)] == [True, False]


def test_a_call_from_before_it_opened_does_not_prolong_it(circuit: Circuit, clock: Clock) -> None:
    fail(circuit, 3)
    clock.advance(6)

    circuit.failed()

    assert circuit.retry_after == 4


def test_it_stays_open_as_long_as_the_dependency_asked_for(circuit: Circuit) -> None:
    fail(circuit, 2)
    circuit.failed(at_least_s=60)

    assert circuit.retry_after == 60


def test_helpers_that_only_ask_whether_it_is_open_try_after_the_cooldown(clock: Clock) -> None:
    circuit = Circuit(cooldown_s=5, clock=clock)

    circuit.failed()
    assert circuit.open
    clock.advance(5)
    assert not circuit.open
    circuit.failed()
    assert circuit.open
    circuit.succeeded()
    assert not circuit.open
