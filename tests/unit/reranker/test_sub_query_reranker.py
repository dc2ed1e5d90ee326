"""What a sub-query found ranks among what the question found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.reranker.passages import passage

from ragline.adapters.stores.analysis import keyword_terms
from ragline.contracts.hops import Hop
from ragline.contracts.plan import Intent, Plan, SearchKind
from ragline.contracts.queries import CandidatesRetrieved
from ragline_reranker.reranker import RankedPassages
from ragline_reranker.sub_query_reranker import SubQueryReranker
from ragline_reranker.wording_reranker import WordingReranker, packaged

SHARES = st.floats(0, 1)
EVENT = CandidatesRetrieved(
    query_id="q",
    text="q",
    standalone_text="What genre is the author known for?",
    intent=Intent.FACTUAL,
    confidence=1,
    plan=Plan(name="p", weights={SearchKind.KEYWORD: 1.0}),
    watermark=1,
    hops=(Hop(reason="bridge", queries=("Dale Brown genre",)),),
)
RERANKER = SubQueryReranker(
    terms=keyword_terms, wording=WordingReranker(terms=keyword_terms, wording=packaged())
)


def test_a_bridged_passage_stands_behind_the_best_and_before_the_unlikely() -> None:
    passages = [
        passage("best", "The game", "a story", score=0.9),
        passage("unlikely", "Other", "nothing", score=0.2),
        passage("author", "Dale Brown", "Dale Brown genre", score=0.0, hop=1, hop_fused=1.0),
    ]
    ranked = RERANKER.rank(EVENT, RankedPassages(passages=passages, ranked_by="wording"))
    assert [each.chunk_id for each in ranked.passages] == ["best", "author", "unlikely"]
    assert ranked.ranked_by == "wording"


@given(st.lists(st.tuples(SHARES, SHARES), max_size=6))
def test_nothing_is_lost_or_lowered_and_the_best_of_the_question_stays_first(
    scores: list[tuple[float, float]],
) -> None:
    passages = [
        passage(f"p{i}", "Dale Brown", "x", score=score, hop_fused=found)
        for i, (score, found) in enumerate(scores)
    ]
    ranked = RERANKER.rank(EVENT, RankedPassages(passages=passages)).passages
    before = {each.chunk_id: each.score for each in passages}
    assert {each.chunk_id for each in ranked} == before.keys()
    assert all(before[each.chunk_id] <= each.score <= 1 for each in ranked)
    if any(before.values()):
        assert max(before.values()) == ranked[0].score
