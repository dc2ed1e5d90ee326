"""What a prompt says beside its excerpts: little, and first what is the same in each."""

from __future__ import annotations

import pytest
from tests.unit.generator.conftest import make_passage

from ragline.adapters.llm.tokenizers import open_tokenizer
from ragline.contracts.plan import Intent
from ragline.contracts.queries import Passage
from ragline.model_settings import LlmSettings
from ragline.ports.models import ChatMessage
from ragline_generator.passages.context import Context, Excerpt
from ragline_generator.passages.units import split
from ragline_generator.writing.prompts import load

build = load().build
TEXT = "A durable queue survives a restart of the broker, and a transient queue does not. " * 4
MOST_TOKENS = 200
EXCERPTS = 12


def passage(number: int) -> Passage:
    return make_passage(
        TEXT,
        chunk=f"c{number}",
        title="Queues",
        heading_path=("Durability",),
        url="https://docs.example/queues#durability",
    )


def context(count: int) -> Context:
    return [Excerpt(each, split(each.text)) for each in map(passage, range(count))]


@pytest.mark.parametrize("intent", list(Intent))
def test_the_frame_around_twelve_excerpts_is_small(intent: Intent) -> None:
    count = open_tokenizer(LlmSettings()).count
    excerpts = context(EXCERPTS)

    messages = build("Does a queue survive a restart?", intent, excerpts, language="English")

    sent = sum(count(message.content) for message in messages)
    text = sum(count(excerpt.text) for excerpt in excerpts)
    assert sent - text <= MOST_TOKENS


@pytest.mark.parametrize("example", [False, True])
def test_what_is_the_same_in_every_prompt_comes_first(*, example: bool) -> None:
    def prompt(question: str, intent: Intent, language: str | None) -> list[ChatMessage]:
        asked = context(len(question) % EXCERPTS)
        return build(question, intent, asked, language=language, example=example)

    one = prompt("Does a queue survive a restart?", Intent.FACTUAL, "English")
    other = prompt("Wie richte ich eine Warteschlange ein?", Intent.PROCEDURAL, None)

    assert one[:-1] == other[:-1]
    assert [message.role for message in one[-1:]] == ["user"]
