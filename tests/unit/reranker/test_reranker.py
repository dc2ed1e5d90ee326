"""Rankings: a chain hands one order to the next, and what was not read follows."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts.answers import Degradation
from ragline.contracts.plan import Intent, Plan, SearchKind
from ragline.contracts.queries import Candidate, CandidatesRetrieved, Passage
from ragline_reranker.reranker import Chain, RankedPassages, as_found, rescored

UNIT = st.floats(0, 1)


def passages(scores: Sequence[float]) -> list[Passage]:
    return [
        Passage(
            chunk_id=f"c{i}",
            document_id="d",
            version=1,
            ordinal=i,
            text="-",
            start=0,
            end=1,
            score=score,
        )
        for i, score in enumerate(scores)
    ]


EVENT = CandidatesRetrieved(
    query_id="q1",
    text="-",
    standalone_text="-",
    intent=Intent.FACTUAL,
    confidence=0.9,
    plan=Plan(name="test", weights={SearchKind.VECTOR: 1.0}),
    watermark=1,
)


class Reversing:
    """Turns the order round."""

    async def rank(self, event: CandidatesRetrieved, ranking: RankedPassages) -> RankedPassages:
        return RankedPassages(passages=ranking.passages[::-1], ranked_by="reversing")


class Failing:
    """Keeps the order, and says what was left out."""

    async def rank(self, event: CandidatesRetrieved, ranking: RankedPassages) -> RankedPassages:
        return RankedPassages(
            passages=ranking.passages,
            ranked_by=ranking.ranked_by,
            degradation=Degradation.RERANK,
        )


async def test_a_chain_works_on_the_order_before_it() -> None:
    start = RankedPassages(passages=passages([0.9, 0.8]))
    ranking = await Chain(Reversing(), Failing()).rank(EVENT, start)
    assert [each.chunk_id for each in ranking.passages] == ["c1", "c0"]
    assert (ranking.ranked_by, ranking.degradation) == ("reversing", Degradation.RERANK)


async def test_an_empty_chain_keeps_the_order() -> None:
    start = RankedPassages(passages=passages([0.9, 0.8]))
    assert await Chain().rank(EVENT, start) == start


def test_the_retriever_s_order_has_its_fused_scores() -> None:
    candidate = Candidate(
        chunk_id="c", document_id="d", version=1, ordinal=0, text="-", start=0, end=1, fused=0.4
    )
    (passage,) = as_found([candidate]).passages
    assert (passage.score, passage.rerank) == (0.4, None)


@given(st.lists(UNIT, max_size=8), st.lists(UNIT, max_size=8), UNIT)
def test_what_was_read_comes_first_and_scores_never_rise(
    read: list[float], unread: list[float], share: float
) -> None:
    falling = sorted(unread, reverse=True)
    ordered = rescored(passages(read), passages(falling), share=share)
    scores = [each.score for each in ordered]
    assert scores == sorted(scores, reverse=True)
    assert scores[: len(read)] == sorted(read, reverse=True)
    assert [each.ordinal for each in ordered[len(read) :]] == list(range(len(unread)))
