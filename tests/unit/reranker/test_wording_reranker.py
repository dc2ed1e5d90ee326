"""Reranking by wording: titles, pairs of words, bounds, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts.plan import Intent, Plan, SearchKind
from ragline.contracts.queries import Candidate, CandidatesRetrieved
from ragline_reranker.reranker import RankedPassages, as_found
from ragline_reranker.wording_reranker import (
    Weights,
    WordingReranker,
    packaged,
    pairs_share,
    title_share,
)

WORDS = st.lists(st.sampled_from(["lazy", "queue", "limit", "length", "node"]), max_size=8)


def candidate(place: int, *, fused: float, title: str = "", text: str = "-") -> Candidate:
    return Candidate(
        chunk_id=f"c{place}",
        document_id=f"d{place}",
        version=1,
        ordinal=0,
        title=title,
        text=text,
        start=0,
        end=len(text),
        fused=fused,
    )


def event_of(question: str, candidates: list[Candidate], **plan: Any) -> CandidatesRetrieved:
    return CandidatesRetrieved(
        query_id="q1",
        text="and that?",
        standalone_text=question,
        intent=Intent.FACTUAL,
        confidence=0.9,
        plan=Plan(name="test", weights={SearchKind.VECTOR: 1.0}, **plan),
        candidates=tuple(candidates),
        watermark=1,
    )


async def ranked(question: str, candidates: list[Candidate], **plan: Any) -> RankedPassages:
    reranker = WordingReranker(terms=lambda text: text.lower().split(), wording=packaged())
    event = event_of(question, candidates, **plan)
    return await reranker.rank(event, as_found(event.candidates))


def ids(ranking: RankedPassages) -> list[str]:
    return [passage.chunk_id for passage in ranking.passages]


async def test_the_page_whose_title_says_nothing_else_comes_first() -> None:
    found = [
        candidate(0, fused=0.8, title="Classic queue mirroring on clusters"),
        candidate(1, fused=0.7, title="Queue length"),
    ]
    ranking = await ranked("queue length", found)
    assert ids(ranking) == ["c1", "c0"]
    assert ranking.ranked_by == "wording"
    assert ranking.degradation is None


MENTIONS = [
    candidate(0, fused=0.8, text="length of messages in a queue without limit"),
    candidate(1, fused=0.7, text="set the queue length limit"),
]


async def test_words_side_by_side_count_more_than_the_same_words_apart() -> None:
    question = "how do I set the queue length limit"
    assert ids(await ranked(question, MENTIONS)) == ["c1", "c0"]


async def test_where_a_name_is_mentioned_says_nothing_about_the_page_of_that_name() -> None:
    assert ids(await ranked("queue length limit", MENTIONS)) == ["c0", "c1"]
    named = [*MENTIONS, candidate(2, fused=0.5, title="Queue length limit")]
    assert ids(await ranked("queue length limit", named)) == ["c2", "c0", "c1"]


async def test_a_far_better_passage_stays_first() -> None:
    found = [
        candidate(0, fused=1.0),
        candidate(1, fused=0.3, title="Lazy queue", text="lazy queue"),
    ]
    assert ids(await ranked("lazy queue", found)) == ["c0", "c1"]


async def test_no_relevance_is_claimed() -> None:
    """A refusal takes `rerank` for a probability, which wording does not give."""
    ranking = await ranked("lazy queue", [candidate(0, fused=0.9, title="Lazy queue")])
    assert [passage.rerank for passage in ranking.passages] == [None]


async def test_as_many_are_read_as_planned_and_the_others_follow() -> None:
    found = [
        candidate(0, fused=0.9),
        candidate(1, fused=0.8),
        candidate(2, fused=0.7, title="Lazy"),
    ]
    ranking = await ranked("lazy", found, rerank_depth=2)
    assert ids(ranking) == ["c0", "c1", "c2"]
    scores = [passage.score for passage in ranking.passages]
    assert scores == sorted(scores, reverse=True)
    assert scores == pytest.approx([0.9 / 1.6, 0.8 / 1.6, 0.7 / 1.6])


def test_a_title_counts_by_the_share_that_was_asked_for() -> None:
    assert title_share(["what", "is", "lazy", "queue"], ["lazy", "queue"]) == 1.0
    assert title_share(["lazy"], ["lazy", "queue", "queue"]) == 0.5
    assert title_share(["lazy"], []) == 0.0


def test_pairs_count_once_and_in_order() -> None:
    assert pairs_share(["a", "b", "a", "b"], ["a", "b"]) == pytest.approx(1 / 3)
    assert pairs_share(["a", "b"], ["b", "a"]) == 0.0
    assert pairs_share(["a", "a"], ["a", "a"]) == 0.0
    assert pairs_share(["a"], ["a"]) == 0.0


@given(WORDS, WORDS)
def test_shares_are_shares(asked: list[str], text: list[str]) -> None:
    assert 0 <= title_share(asked, text) <= 1
    assert 0 <= pairs_share(asked, text) <= 1


@given(st.lists(st.tuples(st.floats(0, 1), WORDS, WORDS), max_size=12), WORDS, st.integers(1, 12))
async def test_nothing_is_lost_and_scores_fall_in_the_unit_interval(
    drawn: list[tuple[float, list[str], list[str]]], asked: list[str], depth: int
) -> None:
    found = [
        candidate(place, fused=fused, title=" ".join(title), text=" ".join(text) or "-")
        for place, (fused, title, text) in enumerate(sorted(drawn, key=lambda each: -each[0]))
    ]
    ranking = await ranked(" ".join(asked) or "-", found, rerank_depth=depth)
    scores = [passage.score for passage in ranking.passages]
    assert sorted(ids(ranking)) == sorted(each.chunk_id for each in found)
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 + 1e-9 for score in scores)


def test_the_packaged_weights_leave_the_searches_the_greater_part() -> None:
    for weights in (packaged().look_up, packaged().question):
        assert 0 < weights.title + weights.pairs < 1
    assert Weights(title=0.25, pairs=0.25).total == 1.5
