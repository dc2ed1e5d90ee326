"""Two indexes, judged by the same questions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ragline.contracts.plan import Intent, Plan, SearchKind
from ragline.contracts.queries import Candidate, CandidatesRetrieved, QueryClassified
from ragline_evaluation.dataset import Dataset, Question
from ragline_evaluation.retrieval.index_quality import IndexQuality, compare_quality

COUNT = 40
DATA = Dataset(
    name="set",
    documents=[],
    questions=[Question(_id=f"q{at}", text=f"question {at}") for at in range(COUNT)],
    judgements={f"q{at}": {f"d{at}": 1} for at in range(COUNT)},
    origin="made here",
)
asked: list[Any] = []


async def classify(event: Any) -> QueryClassified:
    asked.append(event)
    classified: QueryClassified = event.grown(
        QueryClassified,
        intent=Intent.FACTUAL,
        confidence=1.0,
        standalone_text=event.text,
        plan=Plan(name="test", weights={SearchKind.KEYWORD: 1.0}),
    )
    return classified


def finding(documents: Mapping[str, list[str]]) -> Callable[[Any], Awaitable[Any]]:
    """Return a retriever that finds these documents, each in two chunks."""

    async def retrieve(event: QueryClassified) -> CandidatesRetrieved:
        candidates = [
            Candidate(
                chunk_id=f"{name}#{ordinal}",
                document_id=name,
                version=1,
                ordinal=ordinal,
                text="text",
                start=0,
                end=4,
            )
            for name in documents[event.query_id]
            for ordinal in (0, 1)
        ]
        return event.grown(CandidatesRetrieved, candidates=tuple(candidates), watermark=1)

    return retrieve


FIRST = {f"q{at}": [f"d{at}", "other"] for at in range(COUNT)}
SECOND = {f"q{at}": ["other", f"d{at}"] for at in range(COUNT)}
# one of forty questions is worse: by chance
NEARLY = FIRST | {"q0": SECOND["q0"]}


async def compare(live: Mapping[str, list[str]], new: Mapping[str, list[str]]) -> IndexQuality:
    return await compare_quality(
        classify, finding(live), finding(new), DATA, tenant="acme", groups=("staff",)
    )


async def test_the_same_order_is_the_same_quality() -> None:
    found = await compare(FIRST, FIRST)
    assert (found.questions, found.live, found.new) == (COUNT, 1.0, 1.0)
    assert not found.is_worse
    assert asked[-1].tenant == "acme"
    assert asked[-1].principal.groups == ("staff",)


async def test_an_index_that_ranks_lower_is_worse_and_the_other_way_round_better() -> None:
    found = await compare(FIRST, SECOND)
    assert found.is_worse
    assert found.new < found.live
    assert "a difference of -0." in str(found)
    assert not (await compare(SECOND, FIRST)).is_worse


async def test_a_loss_that_chance_explains_is_none() -> None:
    found = await compare(FIRST, NEARLY)
    assert found.gain.mean < 0
    assert not found.is_worse
