"""What stays of the passages when the context has a budget."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ragline.contracts.queries import Passage
from ragline_generator.compression import compress
from ragline_generator.context import Excerpt
from ragline_generator.ranking import rank
from ragline_generator.units import Kind

from .conftest import count_words, make_passage

FILLER = "The weather was mild that day. Nobody spoke of anything else for hours."
SENTENCES = st.sampled_from(
    [
        "Queues are durable.",
        FILLER,
        "# Queues",
        "- a list item",
        "1. Declare the queue.",
        "| name | value |",
        "|---|---|",
        "| durable | true |",
        "x = declare()",
        "```",
        "",
    ]
)
TEXTS = st.lists(SENTENCES, min_size=1, max_size=20).map("\n".join)


def compressed(question: str, passages: list[Passage], budget: int) -> list[Excerpt]:
    ranked = rank(question, passages)
    return list(compress(passages, ranked, budget=budget, count=count_words))


def test_what_fits_is_kept_whole() -> None:
    text = f"Queues are durable. {FILLER}"

    [excerpt] = compressed("Are queues durable?", [make_passage(text)], budget=200)

    assert excerpt.text == text


def test_the_sentences_nearest_to_the_question_stay() -> None:
    text = f"{FILLER} {FILLER} A durable queue survives a restart. {FILLER}"

    [excerpt] = compressed("Does a durable queue survive?", [make_passage(text)], budget=25)

    assert excerpt.text == "A durable queue survives a restart."


def test_gaps_are_shown_and_order_is_kept() -> None:
    text = f"Queues are durable. {FILLER} {FILLER} Durable queues survive."

    [excerpt] = compressed("durable queues", [make_passage(text)], budget=25)

    assert excerpt.text == "Queues are durable. […] Durable queues survive."


def test_a_table_row_comes_with_its_head_and_a_line_with_its_heading() -> None:
    table = f"# Limits\n\n| name | limit |\n|---|---|\n| size | 1 |\n| length | 2 |\n\n{FILLER}"

    [excerpt] = compressed("limit of the length", [make_passage(table)], budget=36)

    kinds = [unit.kind for unit in excerpt.units]
    assert kinds[:2] == [Kind.HEADING, Kind.TABLE_HEAD]
    assert "| length | 2 |" in excerpt.text


def test_a_passage_without_anything_of_use_is_left_out() -> None:
    passages = [make_passage("Durable queues survive."), make_passage(FILLER, chunk="c2")]

    excerpts = compressed("durable queues", passages, budget=22)

    assert [e.passage.chunk_id for e in excerpts] == ["c1"]


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4), st.integers(20, 200))
def test_the_budget_holds_and_every_unit_is_a_slice_of_its_source(
    texts: list[str], budget: int
) -> None:
    passages = [make_passage(text, chunk=f"c{n}") for n, text in enumerate(texts)]

    excerpts = compressed("Are queues durable?", passages, budget)

    kept = [e.slice(unit) for e in excerpts for unit in e.units]
    assert sum(map(count_words, kept)) <= budget
    for excerpt in excerpts:
        starts = [unit.start for unit in excerpt.units]
        assert starts == sorted(set(starts))
        position = 0
        for unit in excerpt.units:
            position = excerpt.text.index(excerpt.slice(unit), position)
