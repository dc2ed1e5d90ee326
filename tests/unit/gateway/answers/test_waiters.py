"""Answers reach who waits for them and nobody else, and nobody is kept after they left."""

from __future__ import annotations

import json

from ragline.contracts.base import QueryRef
from ragline_gateway.answers.waiters import Deliver, Waiters

DIGEST, OTHER = "0" * 32, "1" * 32


def answer(tenant: str = "acme", digest: str | None = DIGEST) -> bytes:
    return json.dumps({"query_id": "a", "tenant": tenant, "question_digest": digest}).encode()


class Seen:
    def __init__(self) -> None:
        self.by: list[str] = []

    def named(self, name: str) -> Deliver:
        return lambda _: self.by.append(name)


def test_an_answer_reaches_everybody_who_waits_for_it() -> None:
    waiting, seen, query = Waiters(), Seen(), QueryRef("acme", "a")
    with (
        waiting.joined(query, DIGEST, seen.named("first")),
        waiting.joined(query, DIGEST, seen.named("second")),
        waiting.joined(QueryRef("acme", "b"), DIGEST, seen.named("other")),
    ):
        waiting.deliver(b"a", answer())
        waiting.deliver(b"c", answer())
        waiting.deliver(None, answer())
        waiting.deliver(b"b", None)
        waiting.deliver(b"b", b"no answer")

    assert seen.by == ["first", "second"]
    assert len(waiting) == 0


def test_one_id_is_of_many_tenants_and_of_many_questions() -> None:
    waiting, seen = Waiters(), Seen()
    with (
        waiting.joined(QueryRef("acme", "a"), DIGEST, seen.named("ours")),
        waiting.joined(QueryRef("acme", "a"), OTHER, seen.named("another question")),
        waiting.joined(QueryRef("other", "a"), DIGEST, seen.named("another tenant")),
    ):
        waiting.deliver(b"a", answer())
        assert seen.by == ["ours"]
        waiting.deliver(b"a", answer(digest=OTHER))
        waiting.deliver(b"a", answer(tenant="other"))
        assert seen.by == ["ours", "another question", "another tenant"]
        waiting.deliver(b"a", answer(tenant="nobody"))
        assert len(seen.by) == 3


def test_an_answer_of_an_earlier_release_does_not_say_to_which_question_it_is() -> None:
    waiting, seen = Waiters(), Seen()
    with waiting.joined(QueryRef("acme", "a"), DIGEST, seen.named("ours")):
        waiting.deliver(b"a", answer(digest=None))
    assert seen.by == ["ours"]
