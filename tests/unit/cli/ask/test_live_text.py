"""An answer is written once, whatever the token stream does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ragline.adapters.redis.token_reader import TokenEvent
from ragline_cli.ask.live_text import LiveText


def entries(*deltas: str, attempt: int = 1) -> list[TokenEvent]:
    return [
        TokenEvent(id=f"{seq}-0", attempt=attempt, seq=seq, delta=delta)
        for seq, delta in enumerate(deltas)
    ]


def written(events: list[TokenEvent], answer: str) -> str:
    pieces: list[str] = []
    text = LiveText(pieces.append)
    for event in events:
        text.token(event)
    text.finish(answer)
    return "".join(pieces)


def test_a_whole_stream_is_the_answer() -> None:
    assert written(entries("", "Use ", "x."), "Use x.") == "Use x.\n"


def test_without_a_stream_the_answer_comes_at_once() -> None:
    assert written([], "Use x.") == "Use x.\n"


def test_what_the_stream_did_not_bring_follows() -> None:
    assert written(entries("", "Use "), "Use x.") == "Use x.\n"


def test_after_a_gap_the_rest_comes_with_the_answer() -> None:
    events = entries("", "Use ", "lost", "x.")
    del events[2]
    assert written(events, "Use lost x.") == "Use lost x.\n"


def test_a_new_attempt_begins_on_a_new_line() -> None:
    events = [*entries("", "Half an ans"), *entries("", "Whole", attempt=2)]
    assert written(events, "Whole answer") == "Half an ans\n\nWhole answer\n"


def test_late_text_of_an_earlier_attempt_is_dropped() -> None:
    events = [*entries("", "new", attempt=2), *entries("", "old", attempt=1)]
    assert written(events, "new") == "new\n"


def test_an_answer_that_differs_from_the_stream_follows_whole() -> None:
    assert written(entries("", "Wrong"), "Right") == "Wrong\n\nRight\n"


def test_an_empty_answer_writes_nothing() -> None:
    assert written([], "") == ""


def test_text_cannot_steer_the_terminal() -> None:
    assert written([], "a\x1b[31mb\x9bc\r\n\td") == "a[31mbc\n\td\n"


@given(
    answer=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1), cut=st.data()
)
def test_any_prefix_of_the_answer_ends_as_the_answer(answer: str, cut: st.DataObject) -> None:
    length = cut.draw(st.integers(0, len(answer)))
    assert written(entries("", answer[:length]), answer) == f"{answer}\n"
