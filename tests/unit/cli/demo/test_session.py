import asyncio
import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from ragline.contracts.answers import AnswerStatus, QueryAnswered
from ragline.errors import DeadlineExceeded
from ragline_cli.demo import session as module
from ragline_cli.demo.session import Session
from ragline_cli.demo.timeline import ANSWERING, LOADING, Timeline, timeline_table
from ragline_cli.errors import Cancelled
from ragline_cli.stack.current import ClientSettings
from ragline_cli.stack.signals import StopSignals

_NOW = datetime(2026, 1, 1, tzinfo=UTC)


class FakeAsker:
    """Answers at once, refuses, or fails, by the question."""

    async def __aenter__(self) -> "FakeAsker":
        return self

    async def __aexit__(self, *_: object) -> None:
        return None


async def answer(_asker: object, question: str, _console: Console) -> QueryAnswered:
    if question == "late":
        raise DeadlineExceeded("no answer in time")
    if question == "never":
        await asyncio.sleep(60)
    return QueryAnswered(query_id="q", status=AnswerStatus(question), text="", answered_at=_NOW)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setattr(module, "open_asker", lambda *_: FakeAsker())
    monkeypatch.setattr(module, "ask_and_show", answer)
    return Session(
        clients=ClientSettings(),
        console=Console(file=io.StringIO()),
        timeline=Timeline(),
        signals=StopSignals(),
    )


def test_answers_and_refusals_are_good_ends(session: Session) -> None:
    assert session.ask(("answered", "refused"))


def test_the_prompt_ends_at_the_end_of_input_and_not_at_an_empty_line(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = iter(("", "answered", "  ", "refused"))
    asked: list[str] = []

    async def ask(_asker: object, question: str, _console: Console) -> QueryAnswered:
        asked.append(question)
        return await answer(_asker, question, _console)

    def read(_prompt: str) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr(module, "ask_and_show", ask)
    monkeypatch.setattr(session.console, "input", read)

    session.prompt(end="Ctrl-D ends the demo.")

    assert asked == ["answered", "refused"]
    assert isinstance(session.console.file, io.StringIO)
    assert "Ctrl-D ends the demo." in session.console.file.getvalue()


@pytest.mark.parametrize("question", ["failed", "expired", "late"])
def test_a_failed_question_is_told_and_the_next_is_asked(session: Session, question: str) -> None:
    assert not session.ask((question, "answered"))
    assert session.first_answer_s is not None


def test_a_signal_ends_a_question_that_waits(session: Session) -> None:
    session.signals.requested.set()
    with pytest.raises(Cancelled):
        session.ask(("never",))


def test_the_timeline_keeps_the_first_answer_only(session: Session) -> None:
    session.ask(("answered",))
    first = session.timeline.spans[ANSWERING]
    session.ask(("answered",))
    assert session.timeline.spans[ANSWERING] == first
    assert list(session.timeline.spans) == [LOADING, ANSWERING]


def test_the_table_ends_with_the_total(session: Session) -> None:
    session.ask(("answered",))
    written = io.StringIO()
    Console(file=written, width=80).print(timeline_table(session.timeline, (), 12.34))
    assert written.getvalue().split()[-2:] == ["total", "12.3"]
