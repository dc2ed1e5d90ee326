"""A publisher of unusable records gets a lane, and leaves it by itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ragline.messaging.lanes import Lanes
from ragline.settings import DeliverySettings

SETTINGS = DeliverySettings(lane_window=4, lane_ratio=1.0)


def test_a_publisher_gets_a_lane_when_all_its_last_records_are_unusable() -> None:
    counts: list[int] = []
    lanes = Lanes(SETTINGS, counts.append)
    for _ in range(3):
        lanes.note("a", bad=True)
    assert lanes.of("a") is None
    lanes.note("a", bad=True)
    assert lanes.of("a") is not None
    assert lanes.of("a") is lanes.of("a")
    assert lanes.of("b") is None
    assert counts == [1]


def test_good_records_bring_it_back_and_others_are_never_held() -> None:
    lanes = Lanes(SETTINGS)
    for _ in range(9):
        lanes.note("a", bad=True)
        lanes.note("b", bad=False)
    for _ in range(2):
        assert lanes.of("a") is not None
        lanes.note("a", bad=False)
    assert (lanes.of("a"), lanes.limited) == (None, 0)


def test_nobody_knows_a_record_s_publisher() -> None:
    lanes = Lanes(SETTINGS)
    for _ in range(9):
        lanes.note(None, bad=True)
    assert lanes.of(None) is None


def test_what_is_remembered_is_bounded() -> None:
    counts: list[int] = []
    lanes = Lanes(SETTINGS, counts.append)
    for name in range(3_000):
        for _ in range(4):
            lanes.note(f"p{name}", bad=True)
    assert lanes.limited == 1_024
    assert lanes.of("p0") is None
    assert max(counts) <= 1_025


@given(st.lists(st.tuples(st.sampled_from("ab"), st.booleans()), max_size=80))
def test_a_lane_is_held_exactly_from_nearly_all_unusable_to_half_of_them(
    outcomes: list[tuple[str, bool]],
) -> None:
    lanes = Lanes(SETTINGS)
    model: dict[str, tuple[list[bool], bool]] = {"a": ([], False), "b": ([], False)}
    for publisher, bad in outcomes:
        lanes.note(publisher, bad=bad)
        last, limited = model[publisher]
        last = [*last, bad][-4:]
        share = sum(last) / 4
        model[publisher] = (last, share >= 1.0 or (limited and share > 0.5))
    assert {name: lanes.of(name) is not None for name in model} == {
        name: limited for name, (_, limited) in model.items()
    }
