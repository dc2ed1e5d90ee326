"""The answer cache's key: equal for what gives the same answer, different for all else."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.generator.conftest import NOW, make_event, make_passage

from ragline.contracts.plan import Intent, Plan, SearchKind, UnsupportedPolicy
from ragline.contracts.queries import CandidatesRanked, Filters, Options, Passage, Principal, Turn
from ragline_generator.caching.key import cache_key, normalised

PASSAGES = (
    make_passage("Queues are durable.", chunk="a", url="https://docs.example/a", title="Queues"),
    make_passage("Exchanges route.", chunk="b", heading_path=("Routing",)),
)
TURNS = (Turn(role="user", text="Tell me of queues"), Turn(role="assistant", text="Gladly"))
EVENT = make_event(
    "Are queues durable?",
    PASSAGES,
    tenant="acme",
    history=TURNS,
    principal=Principal(user="ann", groups=("staff", "board")),
    filters=Filters(tags=("guide", "v3")),
    options=Options(max_answer_tokens=100),
)

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=8)


def key(event: CandidatesRanked = EVENT, made_with: str = "model-a") -> str:
    return cache_key(event, made_with=made_with)


def changed(**fields: Any) -> CandidatesRanked:
    return EVENT.model_copy(update=fields)


def other_passage(**fields: Any) -> CandidatesRanked:
    return changed(passages=(PASSAGES[0].model_copy(update=fields), PASSAGES[1]))


def other_plan(**fields: Any) -> CandidatesRanked:
    return changed(plan=EVENT.plan.model_copy(update=fields))


DIFFERENT = {
    "tenant": changed(tenant="acme2"),
    "question": changed(standalone_text="Are queues durable"),
    "case": changed(standalone_text="Are Queues durable?"),
    "fewer groups": changed(principal=Principal(groups=("staff",))),
    "no groups": changed(principal=Principal(user="ann")),
    "no history": changed(history=()),
    "shorter history": changed(history=TURNS[:1]),
    "order of history": changed(history=TURNS[::-1]),
    "who said it": changed(history=(Turn(role="assistant", text=TURNS[0].text), TURNS[1])),
    "no filters": changed(filters=Filters()),
    "fewer tags": changed(filters=Filters(tags=("guide",))),
    "language": changed(filters=Filters(tags=("guide", "v3"), languages=("de",))),
    "tags as types": changed(filters=Filters(media_types=("guide", "v3"))),
    "dates": changed(filters=Filters(tags=("guide", "v3"), updated_from=NOW)),
    "intent": changed(intent=Intent.PROCEDURAL),
    "plan": other_plan(name="lean"),
    "budget": other_plan(token_budget=64),
    "extractive": other_plan(extractive=True),
    "policy": other_plan(unsupported=UnsupportedPolicy.DROP),
    "asked as": changed(text="Und sind sie dauerhaft?"),
    "length": changed(options=Options(max_answer_tokens=101)),
    "length left open": changed(options=Options()),
    "as JSON": changed(options=Options(max_answer_tokens=100, json_schema='{"type":"object"}')),
    "order of passages": changed(passages=PASSAGES[::-1]),
    "a passage less": changed(passages=PASSAGES[:1]),
    "no passages": changed(passages=()),
    "version": other_passage(version=4),
    "document": other_passage(document_id="other"),
    "chunk": other_passage(chunk_id="c"),
    "text": other_passage(text="Queues are DURABLE."),
    "title": other_passage(title="Queues 2"),
    "heading": other_passage(heading_path=("Queues",)),
    "url": other_passage(url=None),
    "place": other_passage(start=1, end=20),
}


@pytest.mark.parametrize("event", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_any_difference_that_could_show_in_the_answer_gives_another_key(
    event: CandidatesRanked,
) -> None:
    assert key(event) != key()


def test_all_these_differences_are_different_from_each_other() -> None:
    assert len({key(event) for event in DIFFERENT.values()}) == len(DIFFERENT)


def test_another_model_or_prompt_gives_another_key() -> None:
    assert key(made_with="model-b") != key()


def test_who_asks_when_and_how_well_the_passages_fit_does_not_count() -> None:
    aged = tuple(
        passage.model_copy(
            update={"score": 0.1, "rerank": 0.2, "fused": 0.3, "scores": {SearchKind.VECTOR: 0.4}}
        )
        for passage in PASSAGES
    )
    other = changed(
        query_id="q2",
        passages=aged,
        principal=Principal(user="bob", groups=("board", "staff", "board")),
        filters=Filters(tags=("v3", "guide")),
        options=Options(max_answer_tokens=100, stream=False, min_versions={"doc-a": 3}),
        watermark=1_800_000_000_000,
        submitted_at=datetime(2030, 1, 1, tzinfo=UTC),
        degradations=("rerank_skipped",),
        plan=EVENT.plan.model_copy(update={"rerank_depth": 0}),
    )
    assert key(other) == key()


def test_the_key_shows_nothing_of_the_question() -> None:
    assert len(key()) == 64
    assert set(key()) <= set("0123456789abcdef")


@given(st.permutations(["a", "b", "c", "d"]), st.lists(st.sampled_from("abcd")))
def test_the_order_of_groups_and_their_repetition_do_not_count(
    order: list[str], again: list[str]
) -> None:
    mixed = Principal(groups=(*order, *again))
    assert key(changed(principal=mixed)) == key(changed(principal=Principal(groups=tuple("abcd"))))


@given(st.permutations(range(4)))
def test_the_order_of_passages_counts(order: list[int]) -> None:
    passages = [make_passage("Queues are durable.", chunk=f"c{n}") for n in range(4)]
    there = changed(passages=tuple(passages))
    here = changed(passages=tuple(passages[n] for n in order))
    assert (key(here) == key(there)) == (order == sorted(order))


GROUPS = st.lists(NAMES, max_size=3, unique=True)
WORDS = st.lists(NAMES, max_size=3)


def asked(groups: list[str], tags: list[str], turns: list[str], question: str) -> CandidatesRanked:
    return changed(
        principal=Principal(groups=tuple(groups)),
        filters=Filters(tags=tuple(tags)),
        history=tuple(Turn(role="user", text=text) for text in turns),
        standalone_text=question,
    )


def meaning(event: CandidatesRanked) -> Any:
    return (
        sorted(event.principal.groups),
        sorted(event.filters.tags),
        event.history,
        normalised(event.standalone_text),
    )


EVENTS = st.builds(asked, GROUPS, WORDS, WORDS, NAMES)


@given(EVENTS, EVENTS)
def test_no_text_can_be_moved_from_one_part_to_another(
    here: CandidatesRanked, there: CandidatesRanked
) -> None:
    assert (key(here) == key(there)) == (meaning(here) == meaning(there))


CHANGES: list[Callable[[Passage, int], Passage]] = [
    lambda passage, n: passage.model_copy(update={"version": passage.version + n}),
    lambda passage, n: passage.model_copy(update={"text": passage.text + "!" * n}),
    lambda passage, n: passage.model_copy(update={"chunk_id": f"{passage.chunk_id}#{n}"}),
]


@given(st.sampled_from(CHANGES), st.integers(0, 3), st.integers(1, 50))
def test_a_change_of_any_passage_gives_another_key(
    change: Callable[[Passage, int], Passage], which: int, amount: int
) -> None:
    passages = [make_passage("Queues are durable.", chunk=f"c{n}") for n in range(4)]
    before = key(changed(passages=tuple(passages)))
    passages[which] = change(passages[which], amount)
    assert key(changed(passages=tuple(passages))) != before


@given(st.text())
def test_unicode_forms_and_white_space_are_normalised_and_nothing_else(text: str) -> None:
    spaced = f"  {unicodedata.normalize('NFD', text)}\n\t".replace(" ", " \u00a0")
    assert normalised(spaced) == normalised(text)
    assert normalised(normalised(text)) == normalised(text)


def test_codes_that_differ_in_case_or_in_compatible_characters_stay_apart() -> None:
    assert normalised("x²  e-07") == "x² e-07"
    assert len({normalised(code) for code in ("E-07", "e-07", "x2", "x²")}) == 4


def test_of_the_plan_only_what_decides_the_writing_counts() -> None:
    """Its weights decide which passages come, and these are in the key themselves."""
    plan = Plan(name="factual", weights={SearchKind.KEYWORD: 1.0})
    assert key(changed(plan=plan)) == key()
