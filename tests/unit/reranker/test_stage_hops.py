"""The reranker sends a question back once, as its plan and its time allow, and then never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.unit.reranker.passages import ACTION, GAME, GENRE, passage

from ragline.adapters.stores.analysis import keyword_terms
from ragline.contracts.answers import Degradation
from ragline.contracts.plan import Intent, Plan, SearchKind
from ragline.contracts.queries import (
    Candidate,
    CandidatesRanked,
    CandidatesRetrieved,
    QueryClassified,
)
from ragline.settings import LadderSettings
from ragline_reranker.hop_judge import RuleJudge
from ragline_reranker.reranker import Chain
from ragline_reranker.stage import RerankerStage
from ragline_reranker.sub_query_reranker import SubQueryReranker
from ragline_reranker.wording_reranker import WordingReranker, packaged

NOW = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
WORDING = WordingReranker(terms=keyword_terms, wording=packaged())
STAGE = RerankerStage(
    reranker=Chain(),
    sub_queries=SubQueryReranker(terms=keyword_terms, wording=WORDING),
    judge=RuleJudge(),
    clock=lambda: NOW,
    ladder=LadderSettings().ladder(),
)
GAMES = tuple(each.grown(Candidate, fused=each.score) for each in (GAME, ACTION))


def make_event(*, hops: int = 1, **given: Any) -> CandidatesRetrieved:
    defaults: dict[str, Any] = {
        "query_id": "q1",
        "text": GENRE,
        "standalone_text": GENRE,
        "intent": Intent.FACTUAL,
        "confidence": 0.9,
        "plan": Plan(name="test", weights={SearchKind.KEYWORD: 1.0}, hops=hops),
        "candidates": GAMES,
        "watermark": 7,
        "missing_versions": {"d": 3},
        "unknown_words": ("turbine",),
        "index": "bge-400",
    }
    return CandidatesRetrieved(**(defaults | given))


async def test_a_question_goes_back_with_all_that_is_known() -> None:
    event = make_event()
    back = await STAGE(event)
    assert type(back) is QueryClassified
    assert back.hops[0].queries[0].startswith("Dale Brown")
    assert back.earlier is not None
    assert back.earlier.candidates == event.candidates
    kept = ("watermark", "missing_versions", "unknown_words", "index")
    assert [getattr(back.earlier, name) for name in kept] == [getattr(event, n) for n in kept]
    assert QueryClassified.model_validate_json(back.to_json()) == back


async def test_the_same_event_makes_the_same_bytes() -> None:
    """What is delivered again has the same id, so it is a repeat for everybody behind."""
    assert (await STAGE(make_event())).to_json() == (await STAGE(make_event())).to_json()


async def test_after_its_last_look_it_goes_on_whatever_was_found() -> None:
    back = await STAGE(make_event())
    author = passage("brown", "Dale Brown", "Dale Brown writes techno-thrillers.")
    found = author.grown(Candidate, hop=1, hop_fused=1.0)
    done = back.hops[0].model_copy(update={"found": 1, "searches": 3, "ms": 2.0})
    ranked = await STAGE(
        make_event(candidates=(*GAMES, found)).model_copy(update={"hops": (done,)})
    )
    assert isinstance(ranked, CandidatesRanked)
    assert [each.chunk_id for each in ranked.passages[:2]] == ["game", "brown"]
    assert ranked.hops == (done,)


async def test_a_plan_may_allow_more_looks_but_not_after_one_that_found_nothing() -> None:
    back = await STAGE(make_event(hops=3))
    event = make_event(hops=3).model_copy(update={"hops": back.hops})
    assert isinstance(await STAGE(event), CandidatesRanked)


async def test_a_plan_without_hops_never_looks_again() -> None:
    ranked = await STAGE(make_event(hops=0))
    assert isinstance(ranked, CandidatesRanked)
    assert ranked.degradations == ()


@pytest.mark.parametrize(
    ("weights", "without", "again"),
    [
        ({SearchKind.VECTOR: 0.5, SearchKind.KEYWORD: 0.5}, (), False),
        ({SearchKind.VECTOR: 0.5}, (Degradation.VECTOR,), True),
        ({SearchKind.KEYWORD: 1.0}, (), True),
    ],
)
async def test_where_the_first_look_found_all_there_is_no_second(
    weights: dict[SearchKind, float], without: tuple[Degradation, ...], again: bool
) -> None:
    plan = Plan(name="test", weights=weights, hops=1, passages=len(GAMES) + 1)
    out = await STAGE(make_event(plan=plan, degradations=without))
    assert (type(out) is QueryClassified) is again


async def test_short_of_time_it_goes_on_and_says_what_it_went_without() -> None:
    ranked = await STAGE(make_event(deadline=NOW + timedelta(seconds=6.5)))
    assert isinstance(ranked, CandidatesRanked)
    assert ranked.degradations == (Degradation.SECOND_LOOK,)


async def test_what_needs_no_second_look_misses_none() -> None:
    text = "What genre is Act of War: Direct Action?"
    told = (GAME.model_copy(update={"text": "The genre is strategy."}).grown(Candidate),)
    deadline = NOW + timedelta(seconds=6.5)
    ranked = await STAGE(make_event(standalone_text=text, candidates=told, deadline=deadline))
    assert isinstance(ranked, CandidatesRanked)
    assert ranked.degradations == ()
