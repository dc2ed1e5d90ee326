"""Answers and questions meet, whichever is first, and nothing is kept for ever."""

from __future__ import annotations

from datetime import UTC, datetime

from ragline.contracts.answers import AnswerStatus, QueryAnswered
from ragline.contracts.base import QueryRef
from ragline.ports.answers import Attempt
from ragline_cli.shadow.live_answers import LiveAnswers

NOW = datetime(2026, 1, 5, tzinfo=UTC)
QUERY = QueryRef("default", "q")
ONE = Attempt(QUERY)


class Topic:
    """Answers as records; which were let go."""

    def __init__(self) -> None:
        self.live = LiveAnswers()
        self.gone: list[str] = []

    def arrive(self, text: str, *, attempt: int = 1, at_ms: float = 0) -> None:
        answer = QueryAnswered(
            query_id="q",
            attempt=attempt,
            text=text,
            status=AnswerStatus.ANSWERED,
            answered_at=NOW,
        )
        self.live.arrived(answer, appended_ms=at_ms, let_go=lambda: self.gone.append(text))


async def test_an_answer_waits_for_its_question() -> None:
    topic = Topic()
    topic.arrive("yes")
    topic.live.expect(ONE)
    found = await topic.live.answer_to(ONE, seconds=0)
    assert found is not None
    assert found.text == "yes"
    assert topic.gone == []  # it is not done with before the pair is


async def test_a_question_waits_for_its_answer() -> None:
    topic = Topic()
    topic.live.expect(ONE)
    topic.arrive("yes")
    assert await topic.live.answer_to(ONE, seconds=0) is not None
    topic.live.settle(ONE)
    assert topic.gone == ["yes"]
    assert topic.live.held == 0


async def test_a_question_does_not_wait_for_ever_and_a_late_answer_is_not_kept() -> None:
    topic = Topic()
    topic.live.expect(ONE)
    assert await topic.live.answer_to(ONE, seconds=0.01) is None
    topic.live.settle(ONE)
    topic.arrive("late")
    assert topic.gone == ["late"]


async def test_repeats_are_known() -> None:
    topic = Topic()
    assert not topic.live.knows(ONE)
    topic.live.expect(ONE)
    assert topic.live.knows(ONE)
    topic.arrive("yes")
    topic.arrive("yes again")
    assert topic.gone == ["yes again"]
    topic.live.settle(ONE)
    assert topic.live.knows(ONE)


async def test_each_attempt_has_its_own_answer() -> None:
    topic = Topic()
    topic.live.expect(Attempt(QUERY, 2))
    topic.arrive("first")
    assert await topic.live.answer_to(Attempt(QUERY, 2), seconds=0.01) is None
    topic.arrive("second", attempt=2)
    found = await topic.live.answer_to(Attempt(QUERY, 2), seconds=0)
    assert found is not None
    assert found.text == "second"


async def test_a_forgotten_question_can_come_again() -> None:
    topic = Topic()
    topic.live.expect(ONE)
    topic.arrive("yes")
    topic.live.forget(ONE)
    assert not topic.live.knows(ONE)
    topic.live.expect(ONE)
    assert await topic.live.answer_to(ONE, seconds=0) is not None


async def test_old_answers_are_let_go_unless_they_are_expected() -> None:
    topic = Topic()
    topic.arrive("nobody asks", at_ms=100)
    topic.live.expect(Attempt(QUERY, 2))
    topic.arrive("expected", attempt=2, at_ms=100)
    topic.live.let_go_of_older(100)
    assert topic.gone == []
    topic.live.let_go_of_older(101)
    assert topic.gone == ["nobody asks"]
    assert topic.live.held == 1
