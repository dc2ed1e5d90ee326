"""Rounds: who is asked what, in which order."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from ragline_evaluation.compare.rounds import (
    RoundPlan,
    System,
    found_by,
    measure,
    order,
    questions_of,
)


class Recorder:
    """Keeps what it is asked, and how many questions it had at once."""

    def __init__(self, name: str, log: list[tuple[str, str]]) -> None:
        self.name = name
        self.at_once = 0
        self.most = 0
        self._log = log

    async def ask(self, question: str) -> Sequence[str]:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0)
        self._log.append((self.name, question))
        self.at_once -= 1
        return [f"about {question}"]


def systems(count: int) -> tuple[list[System], list[tuple[str, str]]]:
    log: list[tuple[str, str]] = []
    return [Recorder(f"s{number}", log) for number in range(count)], log


@given(st.integers(1, 6))
def test_each_system_is_at_each_place_equally_often(count: int) -> None:
    known, _ = systems(count)
    places = Counter(
        (system.name, place)
        for number in range(2 * count)
        for place, system in enumerate(order(known, number))
    )
    assert set(places.values()) == {2}
    assert len(places) == count * count


@given(st.lists(st.text(), min_size=1, max_size=9), st.integers(0, 5), st.integers(1, 20))
def test_rounds_go_on_where_the_one_before_ended(
    questions: list[str], number: int, count: int
) -> None:
    both = questions_of(questions, number, count) + questions_of(questions, number + 1, count)
    assert len(both) == 2 * count
    first = number * count
    assert both == [questions[(first + place) % len(questions)] for place in range(2 * count)]


async def test_every_system_gets_the_same_questions_in_every_round() -> None:
    known, log = systems(3)
    plan = RoundPlan(in_flight=(1, 4), rounds=3, questions=5)
    told: list[int] = []
    spent = iter(range(1_000))
    rounds = await measure(
        known, ["a", "b", "c"], plan, cpu_s=lambda _: next(spent), progress=told.append
    )
    assert {each.cpu_s for each in rounds} == {1}
    assert len(rounds) == len(told) == 3 * 2 * 3
    asked = [Counter(text for name, text in log if name == system.name) for system in known]
    assert asked[0] == asked[1] == asked[2]
    assert {len(each.milliseconds) for each in rounds if each.in_flight == 1} == {5}
    assert {len(each.milliseconds) for each in rounds if each.in_flight == 4} == {8}
    assert [each.system for each in rounds][:3] == ["s0", "s1", "s2"]
    assert [each.system for each in rounds if each.number == 1][:3] == ["s1", "s2", "s0"]


async def test_no_more_are_in_flight_than_the_round_has() -> None:
    log: list[tuple[str, str]] = []
    system = Recorder("s", log)
    plan = RoundPlan(in_flight=(3,), rounds=1, questions=9)
    await measure([system], ["a"], plan, cpu_s=lambda _: 0.0, progress=lambda _: None)
    assert system.most == 3


async def test_what_is_found_is_told_by_question() -> None:
    (system,), _ = systems(1)
    assert await found_by(system, ["a", "b"], 2) == {"a": ["about a"], "b": ["about b"]}
