"""How long others wait, computed from the times of questions and answers."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st
from tests.chaos.bystanders import latencies, percentile_95


@given(st.lists(st.floats(0, 100), min_size=1))
def test_95_percent_of_the_values_do_not_exceed_the_percentile(values: list[float]) -> None:
    found = percentile_95(values)
    assert found in values
    assert sum(value <= found for value in values) >= 0.95 * len(values)


def test_without_questions_there_is_no_percentile() -> None:
    assert percentile_95([]) is None


def test_only_what_was_asked_meanwhile_counts() -> None:
    asked = {"before": 9.0, "first": 10.0, "last": 19.0, "after": 20.0}
    answered = {"before": 30.0, "first": 11.0, "after": 21.0}
    assert latencies(asked, answered, start=10.0, end=20.0) == [1.0, math.inf]
