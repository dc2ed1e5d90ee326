"""Answers reach who waits for them, and nobody is kept after they left."""

from __future__ import annotations

from ragline_gateway.answers.waiters import Waiters


def test_an_answer_reaches_everybody_who_waits_for_it() -> None:
    waiting, seen = Waiters(), list[tuple[str, bytes]]()
    with (
        waiting.joined("a", lambda data: seen.append(("first", data))),
        waiting.joined("a", lambda data: seen.append(("second", data))),
        waiting.joined("b", lambda data: seen.append(("other", data))),
    ):
        waiting.deliver(b"a", b"x")
        waiting.deliver(b"c", b"y")
        waiting.deliver(None, b"y")
        waiting.deliver(b"b", None)

    assert seen == [("first", b"x"), ("second", b"x")]
    assert len(waiting) == 0
