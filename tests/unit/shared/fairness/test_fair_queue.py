"""One tenant's burst does not make another wait."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.fairness.fair_queue import FairQueue

TENANTS = st.sampled_from("abcd")


def test_a_newcomer_waits_for_one_item_of_each_line_not_for_the_burst() -> None:
    queue: FairQueue[str] = FairQueue()
    for n in range(100):
        queue.push("loud", f"loud {n}")
    queue.push("quiet", "quiet 0")
    assert [queue.pop() for _ in range(3)] == ["loud 0", "quiet 0", "loud 1"]


def test_nothing_waits_in_an_empty_queue() -> None:
    with pytest.raises(KeyError):
        FairQueue[str]().pop()


@given(st.lists(TENANTS, max_size=60))
def test_everything_comes_out_once_and_in_order_within_a_tenant(tenants: list[str]) -> None:
    queue: FairQueue[tuple[str, int]] = FairQueue()
    for n, tenant in enumerate(tenants):
        queue.push(tenant, (tenant, n))
    out = [queue.pop() for _ in range(len(queue))]
    assert sorted(out, key=lambda item: item[1]) == list(
        zip(tenants, range(len(tenants)), strict=True)
    )
    for tenant in set(tenants):
        numbers = [n for each, n in out if each == tenant]
        assert numbers == sorted(numbers)


@given(st.lists(TENANTS, min_size=1, max_size=60))
def test_while_two_tenants_wait_neither_is_served_twice_as_often(tenants: list[str]) -> None:
    queue: FairQueue[str] = FairQueue()
    for tenant in tenants:
        queue.push(tenant, tenant)
    served: Counter[str] = Counter()
    while len(queue):
        waiting = {each for each in "abcd" if queue.waiting(each)}
        served[queue.pop()] += 1
        counts = [served[each] for each in waiting]
        assert max(counts) - min(counts) <= 1


@given(st.lists(TENANTS, max_size=40), TENANTS)
def test_ahead_is_what_is_served_before_a_new_item(tenants: list[str], newcomer: str) -> None:
    queue: FairQueue[object] = FairQueue()
    for tenant in tenants:
        queue.push(tenant, object())
    ahead = queue.ahead_of(newcomer)
    mine = object()
    queue.push(newcomer, mine)
    served = 0
    while queue.pop() is not mine:
        served += 1
    assert served <= ahead <= served + len(set(tenants))


@given(st.lists(TENANTS, min_size=1, max_size=40), st.data())
def test_a_removed_item_never_comes_out(tenants: list[str], data: st.DataObject) -> None:
    queue: FairQueue[int] = FairQueue()
    for n, tenant in enumerate(tenants):
        queue.push(tenant, n)
    gone = data.draw(st.sets(st.integers(0, len(tenants) - 1)))
    for n in gone:
        queue.remove(tenants[n], n)
        queue.remove(tenants[n], n)  # twice is no error
    assert {queue.pop() for _ in range(len(queue))} == set(range(len(tenants))) - gone
