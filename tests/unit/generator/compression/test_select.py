"""What stays of the passages when the context has a budget."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.generator.conftest import count_words, make_passage
from tests.unit.generator.markdown_blocks import Block, documents

from ragline.adapters.llm.tokenizers import ApproximateTokenizer
from ragline.contracts.queries import Passage
from ragline_generator.compression.select import compress
from ragline_generator.passages.context import Excerpt
from ragline_generator.passages.ranking import rank
from ragline_generator.passages.units import LineKind

FILLER = "The weather was mild that day. Nobody spoke of anything else for hours."
QUESTION = "Are queues durable?"
COUNTS = st.sampled_from([count_words, len, ApproximateTokenizer().count])


@st.composite
def several(draw: st.DrawFn) -> list[Block]:
    numbers = count()
    return [draw(documents(numbers)) for _ in range(draw(st.integers(1, 3)))]


def compressed(
    question: str,
    passages: list[Passage],
    budget: int,
    counted: Callable[[str], int] = count_words,
) -> list[Excerpt]:
    ranked = rank(question, passages)
    return list(compress(question, passages, ranked, budget=budget, count=counted))


def test_what_fits_is_kept_whole() -> None:
    texts = [f"Queues are durable. {FILLER}", f"# Heading\n\n{FILLER} {FILLER}\n\n    x = 1"]
    passages = [make_passage(text, chunk=f"c{n}") for n, text in enumerate(texts)]
    budget = sum(map(count_words, texts))

    assert [e.text for e in compressed(QUESTION, passages, budget)] == texts


def test_the_sentences_nearest_to_the_question_stay() -> None:
    text = f"{FILLER} {FILLER} A durable queue survives a restart. {FILLER}"

    [excerpt] = compressed("Does a durable queue survive?", [make_passage(text)], budget=7)

    assert excerpt.text == "A durable queue survives a restart."


def test_what_the_answer_will_say_counts_too() -> None:
    hop = "The film Arrival was directed by Denis Villeneuve."
    about = "Denis Villeneuve was born in Trois-Rivières."
    passages = [make_passage(f"{hop} {FILLER}"), make_passage(f"{FILLER} {about}", chunk="c2")]

    excerpts = compressed("Where was the director of the film Arrival born?", passages, budget=20)

    assert hop in excerpts[0].text
    assert about in excerpts[-1].text


def test_nothing_is_said_twice_while_something_new_fits() -> None:
    twice = "A durable queue survives a restart of the broker."
    passages = [
        make_passage(twice),
        make_passage(f"{twice} Streams are replicated by default.", chunk="c2"),
    ]

    excerpts = compressed("durable queue", passages, budget=14)

    assert [e.text for e in excerpts] == [twice, "Streams are replicated by default."]


def test_gaps_are_shown_and_order_is_kept() -> None:
    text = f"Queues are durable. {FILLER} {FILLER} Durable queues survive restarts."

    [excerpt] = compressed("durable queues", [make_passage(text)], budget=8)

    assert excerpt.text == "Queues are durable. […] Durable queues survive restarts."


def test_a_gap_between_lines_leaves_table_rows_and_headings_lines() -> None:
    text = f"# Limits\n\n{FILLER}\n\n| name | limit |\n|---|---|\n| size | 1 |\n| length | 2 |"

    [excerpt] = compressed("limit of the length", [make_passage(text)], budget=16)

    assert excerpt.text.splitlines() == [
        *("# Limits", "[…]", "| name | limit |", "|---|---|", "[…]", "| length | 2 |")
    ]


def test_a_table_row_comes_with_its_head_and_a_line_with_its_heading() -> None:
    table = f"# Limits\n\n| name | limit |\n|---|---|\n| size | 1 |\n| length | 2 |\n\n{FILLER}"

    [excerpt] = compressed("limit of the length", [make_passage(table)], budget=16)

    kinds = [unit.kind for unit in excerpt.units]
    assert kinds == [LineKind.HEADING, LineKind.TABLE_HEAD, LineKind.TABLE_ROW]
    assert "| length | 2 |" in excerpt.text


def test_rules_and_borders_are_no_gaps() -> None:
    border = "+---+---+"
    rows = f"{border}\n| a | 1 |\n{border}\n| b | 2 |\n{border}\n| c | 3 |\n{border}"
    text = f"Queues.\n\n---\n\nStreams.\n\n{rows}"

    [excerpt] = compressed(QUESTION, [make_passage(text)], budget=99)

    assert excerpt.text == text.removesuffix(f"\n{border}")


def test_a_list_entry_comes_with_the_line_that_announces_it() -> None:
    text = f"{FILLER}\n\nThe limits are:\n\n- size of a message\n- length of a queue\n\n{FILLER}"

    [excerpt] = compressed("length of a queue", [make_passage(text)], budget=9)

    assert excerpt.text == "The limits are:\n[…]\n- length of a queue"


def test_a_line_that_announces_a_list_does_not_come_without_it() -> None:
    text = f"Durable queues are declared so:\n\n```\n{'x ' * 30}\n```\n\n{FILLER}"

    [excerpt] = compressed("durable queues", [make_passage(text)], budget=20)

    assert excerpt.text == FILLER


def test_a_passage_without_anything_of_use_is_left_out() -> None:
    passages = [make_passage("Durable queues survive."), make_passage(FILLER, chunk="c2")]

    excerpts = compressed("durable queues", passages, budget=6)

    assert [e.passage.chunk_id for e in excerpts] == ["c1"]


@pytest.mark.parametrize("budget", [0, 2])
def test_heads_alone_are_not_kept(budget: int) -> None:
    text = f"# Queues\n\n{FILLER}\n\n| durable |\n|---|\n| Yes, in every case there is. |"

    assert compressed(QUESTION, [make_passage(text)], budget) == []


def test_nothing_comes_of_nothing() -> None:
    assert compressed(QUESTION, [], 100) == []
    assert compressed("", [make_passage("...")], 0) == []


@given(several(), st.integers(0, 200), COUNTS)
def test_the_budget_holds_for_the_text_and_its_gap_signs(
    blocks: list[Block], budget: int, counted: Callable[[str], int]
) -> None:
    passages = [make_passage(block.text, chunk=f"c{n}") for n, block in enumerate(blocks)]

    excerpts = compressed(QUESTION, passages, budget, counted)

    assert sum(counted(excerpt.text) for excerpt in excerpts) <= budget


@given(several(), st.integers(0, 200))
def test_order_and_offsets_are_those_of_the_source(blocks: list[Block], budget: int) -> None:
    passages = [make_passage(block.text, chunk=f"c{n}") for n, block in enumerate(blocks)]

    excerpts = compressed(QUESTION, passages, budget)

    order = [passages.index(excerpt.passage) for excerpt in excerpts]
    assert order == sorted(set(order))
    for excerpt in excerpts:
        at = position = 0
        for unit in excerpt.units:
            assert at <= unit.start < unit.end <= len(excerpt.passage.text)
            at = unit.end
            kept = excerpt.passage.text[unit.start : unit.end]
            position = excerpt.text.index(kept, position) + len(kept)
        assert position == len(excerpt.text)


@settings(max_examples=300)
@given(several(), st.integers(0, 120))
def test_code_table_rows_and_steps_are_kept_whole_or_not_at_all(
    blocks: list[Block], budget: int
) -> None:
    passages = [make_passage(block.text, chunk=f"c{n}") for n, block in enumerate(blocks)]

    excerpts = compressed(QUESTION, passages, budget)

    text = "\n".join(excerpt.text for excerpt in excerpts)
    numbers = set(re.findall(r"\bn\d+\b", text))
    for piece in (piece for block in blocks for piece in block.whole):
        mine = set(re.findall(r"\bn\d+\b", piece))
        assert piece in text if mine & numbers else piece not in text


@given(several(), st.integers(0, 120))
def test_the_same_passages_give_the_same_excerpts(blocks: list[Block], budget: int) -> None:
    passages = [make_passage(block.text, chunk=f"c{n}") for n, block in enumerate(blocks)]

    assert compressed(QUESTION, passages, budget) == compressed(QUESTION, passages, budget)
