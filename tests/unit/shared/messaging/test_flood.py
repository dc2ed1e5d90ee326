"""The flood limit stops a topic before it drains into dead letters, and starts it again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ragline.messaging.flood import FloodGuard, Floods, TopicState
from ragline.settings import DeliverySettings

SETTINGS = DeliverySettings(
    flood_window=10, flood_ratio=0.5, flood_run=4, flood_pause_s=1, flood_pause_max_s=3
)


def guard_after(outcomes: list[tuple[str | None, bool]]) -> FloodGuard:
    guard = FloodGuard(SETTINGS)
    for publisher, bad in outcomes:
        guard.failed(publisher) if bad else guard.succeeded(publisher)
    return guard


def stopped() -> FloodGuard:
    return guard_after([("a", True)] * 4)


def test_a_run_of_dead_letters_stops_the_topic() -> None:
    assert guard_after([("a", True)] * 3).state is TopicState.RUNNING
    assert stopped().state is TopicState.STOPPED
    assert stopped().reason == "4 dead letters in a row"


def test_a_good_record_ends_the_run() -> None:
    bad = (True, True, True, False, True, True)
    assert guard_after([("a", b) for b in bad]).reason is None


def test_the_ratio_over_a_full_window_stops_the_topic_too() -> None:
    guard = guard_after([("a", bad) for bad in (False, True) * 5])
    assert guard.reason == "50% of the last 10 records are dead letters"


def test_old_outcomes_leave_the_window() -> None:
    first = (True, True, False, False, False, False, False, False, False, False)
    then = (True, True, False, True, False)
    assert guard_after([("a", bad) for bad in first + then]).reason is None  # 3 of the last 10


def test_one_publisher_s_failures_do_not_stop_the_topic_for_others_who_succeed() -> None:
    assert guard_after([("good", False), *[("a", True)] * 8]).state is TopicState.RUNNING
    assert guard_after([("good", False), *[("a", True), ("b", True)] * 2]).reason
    assert guard_after([("a", False), *[("a", True)] * 4]).reason  # there is no other one
    assert guard_after([("good", False), *[(None, True)] * 4]).reason  # who knows whose they are


def test_after_a_pause_one_record_decides() -> None:
    guard = stopped()
    guard.half_open()
    guard.succeeded("a")
    assert (guard.state, guard.reason) == (TopicState.RUNNING, None)
    guard = stopped()
    guard.half_open()
    guard.failed("a")
    assert guard.state is TopicState.STOPPED


def test_a_flood_of_one_topic_leaves_the_others_alone() -> None:
    floods = Floods(SETTINGS)
    for _ in range(4):
        floods.guard("feedback").failed(None)
        floods.guard("dead-letters").succeeded(None)
    assert floods.in_state(TopicState.STOPPED) == "feedback: 4 dead letters in a row"
    floods.guard("feedback").half_open()
    assert floods.in_state(TopicState.STOPPED) is None
    assert floods.in_state(TopicState.HALF_OPEN) == "feedback: 4 dead letters in a row"


@given(st.lists(st.sampled_from("abc"), max_size=60))
def test_a_topic_whose_records_succeed_never_stops(publishers: list[str]) -> None:
    assert guard_after([(publisher, False) for publisher in publishers]).reason is None


class GuardMachine(RuleBasedStateMachine):
    """Whatever happens, a stopped topic starts again, and only after a record that succeeded."""

    def __init__(self) -> None:
        super().__init__()
        self.guard = FloodGuard(SETTINGS)
        self.pauses: list[float] = []

    @rule(publisher=st.sampled_from(["a", "b", None]))
    def a_record_succeeds(self, publisher: str | None) -> None:
        before = self.guard.state
        self.guard.succeeded(publisher)
        started = before is TopicState.HALF_OPEN
        assert self.guard.state is (TopicState.RUNNING if started else before)

    @rule(publisher=st.sampled_from(["a", "b", None]))
    def a_record_fails(self, publisher: str | None) -> None:
        before = self.guard.state
        self.guard.failed(publisher)
        if before is TopicState.HALF_OPEN:
            assert self.guard.state is TopicState.STOPPED
        if self.guard.state is TopicState.STOPPED and before is not TopicState.STOPPED:
            self.pauses.append(self.guard.pause_s)

    @precondition(lambda self: self.guard.state is TopicState.STOPPED)
    @rule()
    def the_pause_ends(self) -> None:
        self.guard.half_open()
        assert self.guard.state is TopicState.HALF_OPEN

    @invariant()
    def a_topic_that_does_not_run_says_why(self) -> None:
        assert (self.guard.reason is None) == (self.guard.state is TopicState.RUNNING)

    @invariant()
    def pauses_double_up_to_the_longest(self) -> None:
        for before, after in zip(self.pauses, self.pauses[1:], strict=False):
            assert after in {1, min(2 * before, 3)}


TestGuardMachine = GuardMachine.TestCase
