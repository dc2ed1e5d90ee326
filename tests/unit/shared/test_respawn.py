"""How often a worker is started again."""

from hypothesis import given
from hypothesis import strategies as st

from ragline.respawn import WINDOW_S, Deaths


@given(most=st.integers(0, 20), gaps=st.lists(st.floats(0, WINDOW_S / 4), max_size=60))
def test_within_ten_minutes_no_more_workers_follow_than_are_allowed(
    most: int, gaps: list[float]
) -> None:
    deaths, now, at = Deaths(most), 0.0, list[float]()
    for gap in gaps:
        now += gap
        at.append(now)
        within = sum(now - each < WINDOW_S for each in at)
        assert deaths.allow(now) == (within <= most)


def test_a_worker_that_dies_now_and_then_is_always_followed() -> None:
    deaths = Deaths(1)
    assert all(deaths.allow(number * WINDOW_S) for number in range(100))
