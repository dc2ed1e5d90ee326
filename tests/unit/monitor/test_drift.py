"""The formulas of drift, by their properties and against known figures."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ragline_monitor.drift import Rate, critical_z, stability_index, z_score

mixes = st.dictionaries(
    st.sampled_from("abcdefgh"), st.integers(0, 10_000), min_size=1, max_size=8
).filter(lambda mix: sum(mix.values()) > 0)
rates = st.tuples(st.integers(0, 500), st.integers(1, 500)).map(
    lambda pair: Rate(min(pair), max(pair))
)


@given(mixes, st.integers(1, 50))
def test_equal_mixes_have_the_index_zero_whatever_their_sizes(
    mix: dict[str, int], times: int
) -> None:
    larger = {name: amount * times for name, amount in mix.items()}
    assert stability_index(mix, larger) == pytest.approx(0, abs=1e-12)


@given(mixes, mixes)
def test_the_index_is_symmetric_finite_and_never_negative(
    a: dict[str, int], b: dict[str, int]
) -> None:
    index = stability_index(a, b)
    assert index == pytest.approx(stability_index(b, a), rel=1e-12, abs=1e-15)
    assert index >= 0
    assert math.isfinite(index)


@given(mixes, mixes, st.permutations("abcdefgh"))
def test_bins_have_no_names_and_no_order(
    a: dict[str, int], b: dict[str, int], names: list[str]
) -> None:
    new = dict(zip("abcdefgh", names, strict=True))
    renamed_a = {new[name]: a[name] for name in reversed(a)}
    renamed_b = {new[name]: b[name] for name in b}
    assert stability_index(renamed_a, renamed_b) == pytest.approx(stability_index(a, b), abs=1e-12)


@given(mixes, mixes)
def test_a_bin_that_is_empty_in_both_changes_nothing(a: dict[str, int], b: dict[str, int]) -> None:
    assert stability_index({**a, "z": 0}, b) == stability_index(a, b)


@given(mixes, mixes)
def test_different_mixes_of_one_size_have_an_index_above_zero(
    a: dict[str, int], b: dict[str, int]
) -> None:
    # cross-multiplied: equal shares exactly, without rounding
    n, m = sum(a.values()), sum(b.values())
    same = all(a.get(name, 0) * m == b.get(name, 0) * n for name in a.keys() | b.keys())
    assert same or stability_index(a, b) > 0


def test_the_index_is_the_textbook_s_where_no_bin_is_empty() -> None:
    a, b = {"x": 600_000, "y": 400_000}, {"x": 500_000, "y": 500_000}
    by_hand = (0.6 - 0.5) * math.log(0.6 / 0.5) + (0.4 - 0.5) * math.log(0.4 / 0.5)
    assert stability_index(a, b) == pytest.approx(by_hand, rel=1e-4)


def test_a_rare_bin_that_is_missing_by_chance_is_no_drift() -> None:
    past = {"a": 6_000, "b": 3_900, "rare": 100}
    assert stability_index({"a": 120, "b": 80}, past) < 0.02
    assert stability_index({"a": 120, "rare": 80}, past) > 0.25


@pytest.mark.parametrize(("a", "b"), [({}, {"x": 1}), ({"x": 1}, {}), ({"x": 0}, {"x": 1})])
def test_an_empty_sample_has_no_mix(a: dict[str, float], b: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="empty"):
        stability_index(a, b)


@given(rates, rates)
def test_the_square_of_z_is_chi_squared_of_the_table(a: Rate, b: Rate) -> None:
    table = [[a.hits, a.of - a.hits], [b.hits, b.of - b.hits]]
    if 0 in (a.hits + b.hits, a.of + b.of - a.hits - b.hits):
        assert z_score(a, b) == 0
        return
    expected = stats.chi2_contingency(table, correction=False).statistic
    assert z_score(a, b) ** 2 == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(rates, rates)
def test_z_has_the_direction_of_the_change(a: Rate, b: Rate) -> None:
    assert z_score(a, b) == pytest.approx(-z_score(b, a), abs=1e-12)
    assert z_score(a, b) * (a.value - b.value) >= 0


def test_the_critical_score_is_the_normal_distribution_s() -> None:
    assert critical_z(0.05) == pytest.approx(1.959964, abs=1e-6)
    assert critical_z(0.001) == pytest.approx(stats.norm.isf(0.0005))
