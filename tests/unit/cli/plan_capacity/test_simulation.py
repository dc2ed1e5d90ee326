"""The simulation agrees with the formulas of queueing theory where there are any."""

from __future__ import annotations

import math
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragline_cli.plan_capacity.simulation import Leg, Route, Simulated, Simulation, Station

QUESTIONS = 15_000


def one_station(station: Station, step: Leg, per_second: float, partitions: int = 1) -> Simulated:
    simulation = Simulation({"s": station}, Route((step,)), partitions=partitions)
    return simulation.open_loop(per_second, QUESTIONS)


@pytest.mark.parametrize("variation", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("busy", [0.3, 0.7])
def test_one_server_waits_as_pollaczek_and_khinchine_say(variation: float, busy: float) -> None:
    found = one_station(Station(), Leg(10, "s", variation), 100 * busy)
    waiting = busy * 10 * (1 + variation**2) / 2 / (1 - busy)
    assert found.waited_ms["s"] == pytest.approx(waiting, rel=0.2)
    assert found.busy["s"] == pytest.approx(busy, rel=0.05)


def test_several_servers_wait_as_erlang_and_allen_and_cunneen_say() -> None:
    servers, busy, variation = 4, 0.6, 0.7
    found = one_station(Station(servers=servers), Leg(10, "s", variation), 100 * busy * servers)
    load = servers * busy
    last = load**servers / math.factorial(servers) / (1 - busy)
    all_busy = last / (sum(load**n / math.factorial(n) for n in range(servers)) + last)
    waiting = all_busy * 10 / servers / (1 - busy) * (1 + variation**2) / 2
    assert found.waited_ms["s"] == pytest.approx(waiting, rel=0.2)


def test_members_with_partitions_of_their_own_wait_longer_than_with_one_queue() -> None:
    step = Leg(10, "s", 0.5)
    shared = one_station(Station(servers=4), step, 280)
    apart = one_station(Station(queues=4), step, 280, partitions=24)
    assert apart.waited_ms["s"] > 2 * shared.waited_ms["s"]


def test_who_has_more_partitions_is_busier() -> None:
    even = one_station(Station(queues=4), Leg(10, "s"), 200, partitions=24)
    odd = one_station(Station(queues=5), Leg(10, "s"), 200, partitions=6)
    # two of six partitions, where one of four members has six of twenty-four
    assert odd.busy["s"] > 1.2 * even.busy["s"]


def test_some_questions_take_further_steps() -> None:
    route = Route((Leg(5),), again=(Leg(10),), often=0.25)
    found = Simulation({}, route, partitions=1).closed_loop(1, 2_000)
    assert set(map(round, found.times_ms)) == {5, 15}
    assert fmean(found.times_ms) == pytest.approx(7.5, rel=0.1)


def test_what_is_beside_the_way_delays_only_by_being_busy() -> None:
    alone = Route((Leg(5, "s"),), beside=(Leg(50, "other"),))
    stations = {"s": Station(), "other": Station()}
    found = Simulation(stations, alone, partitions=1).closed_loop(1, 100)
    assert set(found.times_ms) == {5}
    assert found.busy["other"] > 0.9


@settings(deadline=None, max_examples=15)
@given(
    st.lists(st.floats(0.1, 50), min_size=1, max_size=4),
    st.integers(1, 20),
    st.integers(1, 4),
)
def test_a_closed_loop_keeps_littles_law(means: list[float], in_flight: int, servers: int) -> None:
    steps = tuple(Leg(mean, "s" if n % 2 else None) for n, mean in enumerate(means))
    simulation = Simulation({"s": Station(servers=servers)}, Route(steps), partitions=1)
    found = simulation.closed_loop(in_flight, 500)
    assert found.per_second * fmean(found.times_ms) / 1000 == pytest.approx(in_flight, rel=0.15)
    assert min(found.times_ms) >= sum(means) - 1e-6


def test_the_same_arguments_give_the_same_outcome() -> None:
    step = Leg(10, "s", 0.5)
    assert one_station(Station(), step, 50) == one_station(Station(), step, 50)
