"""The catalogue: names that choose, and the rounds that layouts make."""

from __future__ import annotations

import pytest
from tests.chaos.faults.catalogue import by_layout, catalogue, select
from tests.chaos.faults.versions import faults as versions
from tests.chaos.layouts import STANDARD, THREE_BROKERS


def test_no_two_faults_or_layouts_share_a_name() -> None:
    faults = list(catalogue())
    assert len({fault.name for fault in faults}) == len(faults)
    layouts = [layout for layout, _ in by_layout(faults).values()]
    assert all(fault.layout in layouts for fault in faults)


def test_every_fault_says_in_one_line_what_happens() -> None:
    assert all(fault.about and "\n" not in fault.about for fault in catalogue())


def test_a_whole_name_chooses_one_fault_and_a_part_all_that_contain_it() -> None:
    assert [fault.name for fault in select("kill -9 redis")] == ["kill -9 redis"]
    assert {fault.name for fault in select("redis, kill -9 redis")} > {"cut redis", "delay redis"}


def test_a_part_that_no_fault_contains_is_refused() -> None:
    with pytest.raises(ValueError, match="kill -9 classifier"):
        select("full moon")


def test_a_round_has_one_layout() -> None:
    rounds = by_layout(select("kill -9 broker,unclean stop"))
    assert [layout for layout, _ in rounds.values()] == [STANDARD, THREE_BROKERS]
    assert [len(faults) for _, faults in rounds.values()] == [1, 2]


def test_without_the_commit_versions_cannot_be_mixed() -> None:
    (fault,) = versions("no-such-commit")
    assert "no-such-commit" in (fault.lacking() or "")
