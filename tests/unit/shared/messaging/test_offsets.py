"""Ordered commit: an offset is committable only when everything below it is safe."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ragline.messaging.offsets import Fetched, OffsetTracker


def test_nothing_is_committable_before_the_first_record() -> None:
    assert OffsetTracker().committable is None


def test_the_lowest_unfinished_record_holds_the_commit_back() -> None:
    tracker = OffsetTracker()
    for offset in (5, 6, 7):
        assert tracker.admit(offset) is Fetched.RUN
        tracker.run(offset)
    tracker.finish(6)
    tracker.finish(7)
    assert tracker.committable == 5
    assert tracker.ahead == 2
    tracker.finish(5)
    assert tracker.committable == 8


@given(st.permutations(range(30)))
def test_any_order_of_finishing_ends_with_everything_committable(order: list[int]) -> None:
    tracker = OffsetTracker()
    for offset in range(30):
        tracker.admit(offset)
    finished: set[int] = set()
    for offset in order:
        tracker.finish(offset)
        finished.add(offset)
        expected = next((o for o in range(30) if o not in finished), 30)
        assert tracker.committable == expected


def test_gaps_left_by_compaction_do_not_hold_the_commit_back() -> None:
    tracker = OffsetTracker()
    for offset in (3, 10, 42):
        tracker.admit(offset)
        tracker.finish(offset)
    assert tracker.committable == 43


def test_marks_behind_the_last_record_are_committed_once_it_is_finished() -> None:
    tracker = OffsetTracker()
    tracker.passed(3)  # an aborted transaction is all there is
    assert tracker.committable == 3
    tracker.admit(3)
    tracker.passed(6)
    assert tracker.committable == 3
    tracker.finish(3)
    assert tracker.committable == 6
    tracker.passed(4)  # said late
    assert tracker.committable == 6


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=40), st.data())
def test_what_runs_ahead_is_counted_in_records_however_wide_the_gaps(
    gaps: list[int], data: st.DataObject
) -> None:
    tracker = OffsetTracker()
    offsets = [sum(gaps[: at + 1]) for at in range(len(gaps))]
    finished: set[int] = set()
    for at, offset in enumerate(offsets):
        tracker.admit(offset)
        for done in data.draw(st.sets(st.sampled_from(offsets[: at + 1]))):
            tracker.finish(done)
            finished.add(done)
        unfinished = [each for each in range(at + 1) if offsets[each] not in finished]
        assert tracker.ahead == (at - unfinished[0] if unfinished else 0)


def test_a_record_revoked_before_it_got_a_task_is_run_by_the_successor() -> None:
    tracker = OffsetTracker()
    tracker.admit(0)  # admitted, but revoked before it was run
    assert tracker.successor().admit(0) is Fetched.RUN


def test_the_successor_waits_for_what_still_runs_and_skips_what_is_done() -> None:
    tracker = OffsetTracker()
    for offset in range(3):
        tracker.admit(offset)
        tracker.run(offset)
    tracker.finish(1)  # 0 and 2 still run when the partition is revoked and comes back
    heir = tracker.successor()
    assert [heir.admit(o) for o in range(3)] == [
        Fetched.RUNNING,
        Fetched.DONE,
        Fetched.RUNNING,
    ]
    assert heir.committable == 0
    heir.finish(0)
    assert heir.committable == 2
    heir.finish(2)
    assert heir.committable == 3


def test_work_that_ends_between_revocation_and_refetch_counts_as_done() -> None:
    tracker = OffsetTracker()
    tracker.admit(0)
    tracker.run(0)
    heir = tracker.successor()
    heir.finish(0)
    assert heir.admit(0) is Fetched.DONE
    assert heir.committable == 1


class Partition(RuleBasedStateMachine):
    """A partition through fetches, finishes, commits, and rebalances that give it back or not.

    Every fourth offset is a mark and no record: it is handed to nobody, and the position moves on.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tracker = OffsetTracker()
        self.position = 0
        self.committed = 0
        self.running: set[int] = set()
        self.safe: set[int] = set()
        self.runs: dict[int, int] = {}

    @property
    def at_a_mark(self) -> bool:
        return self.position % 4 == 3

    @precondition(lambda self: not self.at_a_mark)
    @rule()
    def fetch(self) -> None:
        admission = self.tracker.admit(self.position)
        if admission is Fetched.RUN:
            self.tracker.run(self.position)
            self.running.add(self.position)
            self.runs[self.position] = self.runs.get(self.position, 0) + 1
        elif admission is Fetched.RUNNING:
            assert self.position in self.running
        else:
            assert self.position in self.safe
        self.position += 1

    @precondition(lambda self: self.at_a_mark)
    @rule()
    def pass_a_mark(self) -> None:
        self.safe.add(self.position)
        self.position += 1
        self.tracker.passed(self.position)

    @precondition(lambda self: not self.at_a_mark)
    @rule()
    def fetch_without_a_slot(self) -> None:
        """Admitted, then the partition is revoked before a slot is free."""
        self.tracker.admit(self.position)
        self.rebalance()

    @precondition(lambda self: self.running)
    @rule(pick=st.integers(min_value=0, max_value=1_000))
    def finish(self, pick: int) -> None:
        offset = sorted(self.running)[pick % len(self.running)]
        self.running.discard(offset)
        self.safe.add(offset)
        self.tracker.finish(offset)

    @rule()
    def commit(self) -> None:
        if (offset := self.tracker.committable) is not None and offset > self.committed:
            self.committed = offset

    @rule()
    def rebalance(self) -> None:
        self.tracker = self.tracker.successor()
        self.position = self.committed

    @rule()
    def crash(self) -> None:
        self.tracker = OffsetTracker()
        self.running.clear()
        self.position = self.committed

    @invariant()
    def nothing_below_the_commit_is_unsafe(self) -> None:
        committable = self.tracker.committable or 0
        assert all(offset in self.safe for offset in range(max(self.committed, committable)))


TestPartition = Partition.TestCase
