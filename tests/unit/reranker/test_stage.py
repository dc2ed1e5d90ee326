"""The reranker stage: the order it gives, and how it does without model or time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.patience import PATIENCE_S

from ragline.adapters.stores.analysis import keyword_terms
from ragline.contracts.answers import Degradation
from ragline.contracts.plan import Intent, Plan, SearchKind
from ragline.contracts.queries import (
    Candidate,
    CandidatesRanked,
    CandidatesRetrieved,
    Options,
    QueryClassified,
)
from ragline.errors import Unavailable
from ragline.ladder import Ladder, Rung
from ragline.settings import LadderSettings
from ragline_reranker.cross_encoder_reranker import CrossEncoderReranker
from ragline_reranker.hop_judge import RuleJudge
from ragline_reranker.pace import Pace
from ragline_reranker.reader import Reader
from ragline_reranker.reranker import Chain, Reranker
from ragline_reranker.stage import RerankerStage
from ragline_reranker.sub_query_reranker import SubQueryReranker
from ragline_reranker.wording_reranker import WordingReranker, packaged

# most tests are about something else than the ladder
PATIENT = Ladder(one_look_s=0, less_rerank_s=0, no_rerank_s=0, keyword_only_s=0, extractive_s=0)

NOW = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)


class FixedClock:
    """Stands still unless a stub moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class StubCrossEncoder:
    """Scores a passage by the number that its text ends with; takes time on the clock."""

    model_id = "stub-cross-encoder"

    def __init__(self, clock: FixedClock, *, seconds_each: float = 0.01) -> None:
        self.clock = clock
        self.seconds_each = seconds_each
        self.read: list[tuple[str, list[str]]] = []
        self.error: Exception | None = None
        self.hangs = False

    async def score(self, query: str, passages: Sequence[str]) -> list[float]:
        self.read.append((query, list(passages)))
        if self.hangs:
            await asyncio.Event().wait()
        if self.error:
            raise self.error
        self.clock.now += timedelta(seconds=self.seconds_each * len(passages))
        return [float(passage.rsplit(" ", maxsplit=1)[1]) for passage in passages]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def model(clock: FixedClock) -> StubCrossEncoder:
    return StubCrossEncoder(clock)


def make_event(
    relevances: Sequence[float], *, plan: dict[str, Any] | None = None, **given: Any
) -> CandidatesRetrieved:
    """Candidates c0, c1, … with falling fused scores and these relevances."""
    count = len(relevances)
    candidates = tuple(
        Candidate(
            chunk_id=f"c{i}",
            document_id=f"d{i}",
            version=3,
            ordinal=i,
            title="Queues",
            heading_path=("Queues", "TTL"),
            text=f"passage {relevance}",
            start=0,
            end=len(f"passage {relevance}"),
            fused=1 - i / count,
        )
        for i, relevance in enumerate(relevances)
    )
    defaults: dict[str, Any] = {
        "query_id": "q1",
        "text": "and how long?",
        "standalone_text": "how long do queues live",
        "intent": Intent.FACTUAL,
        "confidence": 0.9,
        "plan": Plan(name="test", weights={SearchKind.VECTOR: 1.0}, **(plan or {})),
        "candidates": candidates,
        "watermark": 1_234,
    }
    return CandidatesRetrieved(**(defaults | given))


async def rank(stage: RerankerStage, event: CandidatesRetrieved) -> CandidatesRanked:
    """The event of a question that is not sent back."""
    ranked = await stage(event)
    assert isinstance(ranked, CandidatesRanked)
    return ranked


def make_stage(
    model: StubCrossEncoder | None,
    clock: FixedClock,
    *,
    pace: Pace | None = None,
    **given: Any,
) -> RerankerStage:
    """A stage that reranks with `model`."""
    reranker: Reranker = Chain()
    if model is not None:
        reader = Reader(cross_encoder=model, clock=clock, pace=pace or Pace())
        reranker = CrossEncoderReranker(reader=reader, clock=clock)
    wording = WordingReranker(terms=keyword_terms, wording=packaged())
    return RerankerStage(
        reranker=reranker,
        sub_queries=SubQueryReranker(terms=keyword_terms, wording=wording),
        judge=RuleJudge(),
        clock=clock,
        rungs={Rung.LESS_RERANK, Rung.NO_RERANK},
        **({"ladder": PATIENT} | given),
    )


def ids(ranked: CandidatesRanked) -> list[str]:
    return [p.chunk_id for p in ranked.passages]


async def test_the_best_read_comes_first_with_both_scores(
    clock: FixedClock, model: StubCrossEncoder
) -> None:
    stage = make_stage(model, clock, ladder=PATIENT)
    ranked = await rank(stage, make_event([0.1, 0.99, 0.3], plan={"rerank_weight": 1.0}))
    assert ids(ranked) == ["c1", "c2", "c0"]
    assert [p.rerank for p in ranked.passages] == [0.99, 0.3, 0.1]
    assert ranked.passages[0].score == 1.0
    assert ranked.passages[0].fused == pytest.approx(2 / 3)
    assert ranked.rerank_model == "stub-cross-encoder"
    assert ranked.degradations == ()


async def test_the_model_reads_the_standalone_question_and_titled_passages(
    clock: FixedClock, model: StubCrossEncoder
) -> None:
    await rank(make_stage(model, clock, ladder=PATIENT), make_event([0.5]))
    assert model.read == [("how long do queues live", ["Queues > TTL\npassage 0.5"])]


async def test_only_the_planned_depth_is_read_and_the_rest_follows(
    clock: FixedClock, model: StubCrossEncoder
) -> None:
    stage = make_stage(model, clock, ladder=PATIENT)
    plan = {"rerank_depth": 2, "rerank_weight": 0.9, "passages": 4}
    ranked = await rank(stage, make_event([0.1, 0.9, 0.99, 0.99, 0.99], plan=plan))
    assert ids(ranked) == ["c1", "c0", "c2", "c3"]
    assert [p.rerank for p in ranked.passages] == [0.9, 0.1, None, None]
    scores = [p.score for p in ranked.passages]
    assert scores == sorted(scores, reverse=True)
    assert ranked.degradations == ()


@pytest.mark.parametrize(("top_k", "expected"), [(None, 3), (1, 1), (5, 5)])
async def test_as_many_passages_go_on_as_are_wanted(
    clock: FixedClock, model: StubCrossEncoder, top_k: int | None, expected: int
) -> None:
    stage = make_stage(model, clock, ladder=PATIENT)
    event = make_event([0.5] * 8, plan={"passages": 3}, options=Options(top_k=top_k))
    assert len((await rank(stage, event)).passages) == expected


async def test_without_a_reranker_the_fused_order_goes_on_and_nothing_is_missed(
    clock: FixedClock,
) -> None:
    stage = make_stage(None, clock)
    event = make_event([0.1, 0.9], degradations=("rewrite_skipped",))
    ranked = await rank(stage, event)
    assert ids(ranked) == ["c0", "c1"]
    assert [(p.rerank, p.score) for p in ranked.passages] == [(None, 1.0), (None, 0.5)]
    assert ranked.rerank_model is None
    assert ranked.degradations == ("rewrite_skipped",)


async def test_a_model_that_fails_is_skipped(clock: FixedClock, model: StubCrossEncoder) -> None:
    model.error = Unavailable("shutting down")
    ranked = await rank(make_stage(model, clock, ladder=PATIENT), make_event([0.1, 0.9]))
    assert ids(ranked) == ["c0", "c1"]
    assert ranked.degradations == (Degradation.RERANK,)


async def test_a_model_that_hangs_is_skipped_in_time(
    clock: FixedClock, model: StubCrossEncoder
) -> None:
    model.hangs = True
    event = make_event([0.1, 0.9], deadline=NOW + timedelta(milliseconds=50))
    async with asyncio.timeout(PATIENCE_S):
        ranked = await rank(make_stage(model, clock, ladder=PATIENT), event)
    assert ranked.degradations == (Degradation.RERANK,)


async def test_the_depth_shrinks_to_what_the_deadline_allows(
    clock: FixedClock, model: StubCrossEncoder
) -> None:
    pace = Pace()
    pace.observe(1, 0.1)
    stage = make_stage(model, clock, ladder=PATIENT, pace=pace)
    # 30 % of 1.5 s is 0.45 s: four passages of 0.1 s
    event = make_event([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], deadline=NOW + timedelta(seconds=1.5))
    ranked = await rank(stage, event)
    assert len(model.read[0][1]) == 4
    assert ranked.degradations == (Degradation.RERANK_DEPTH,)
    assert ranked.rerank_model == "stub-cross-encoder"


async def test_too_little_time_for_one_passage_skips_reranking(
    clock: FixedClock, model: StubCrossEncoder
) -> None:
    pace = Pace()
    pace.observe(1, 0.1)
    stage = make_stage(model, clock, ladder=PATIENT, pace=pace)
    ranked = await rank(stage, make_event([0.1, 0.9], deadline=NOW + timedelta(milliseconds=100)))
    assert model.read == []
    assert ranked.degradations == (Degradation.RERANK,)


async def test_after_the_deadline_nothing_is_read(
    clock: FixedClock, model: StubCrossEncoder
) -> None:
    stage = make_stage(model, clock, ladder=PATIENT)
    ranked = await rank(stage, make_event([0.1], deadline=NOW - timedelta(seconds=1)))
    assert model.read == []
    assert ranked.degradations == (Degradation.RERANK,)


async def test_a_slow_model_makes_the_next_question_ask_for_less(
    clock: FixedClock, model: StubCrossEncoder
) -> None:
    model.seconds_each = 0.5
    stage = make_stage(model, clock, ladder=PATIENT)
    for expected in (10, 6):
        event = make_event([0.5] * 10, deadline=clock.now + timedelta(seconds=10.5))
        await rank(stage, event)
        assert len(model.read[-1][1]) == expected


async def test_a_plan_without_reranking_is_no_degradation(
    clock: FixedClock, model: StubCrossEncoder
) -> None:
    for plan in ({"rerank_depth": 0}, {"rerank_weight": 0.0}):
        stage = make_stage(model, clock, ladder=PATIENT)
        ranked = await rank(stage, make_event([0.1, 0.9], plan=plan))
        assert ids(ranked) == ["c0", "c1"]
        assert ranked.degradations == ()
        assert ranked.rerank_model is None
    assert model.read == []


async def test_no_candidates_go_on_as_no_passages(clock: FixedClock) -> None:
    stage = make_stage(None, clock)
    ranked = await rank(stage, make_event([]))
    assert ranked.passages == ()
    assert ranked.degradations == ()


async def test_everything_that_the_event_carried_goes_on(
    clock: FixedClock, model: StubCrossEncoder
) -> None:
    event = make_event([0.5, 0.6], tenant="acme", options=Options(top_k=2))
    ranked = await rank(make_stage(model, clock, ladder=PATIENT), event)
    kept = set(QueryClassified.model_fields)
    assert ranked.model_dump(include=kept) == event.model_dump(include=kept)
    assert ranked.watermark == 1_234
    given = {c.chunk_id: c for c in event.candidates}
    for passage in ranked.passages:
        own = passage.model_dump(exclude={"rerank", "score"})
        assert own == given[passage.chunk_id].model_dump()


@pytest.mark.parametrize(
    ("seconds", "read", "without"),
    [
        (6, 4, ()),
        (5, 2, (Degradation.RERANK_DEPTH,)),
        (3, 0, (Degradation.RERANK,)),
    ],
)
async def test_short_of_time_fewer_passages_are_read_and_then_none(
    clock: FixedClock,
    model: StubCrossEncoder,
    seconds: int,
    read: int,
    without: tuple[Degradation, ...],
) -> None:
    stage = make_stage(model, clock, ladder=LadderSettings().ladder())
    event = make_event([0.1, 0.2, 0.3, 0.4], plan={"rerank_depth": 4})
    ranked = await rank(
        stage, event.model_copy(update={"deadline": NOW + timedelta(seconds=seconds)})
    )
    assert sum(len(passages) for _, passages in model.read) == read
    assert ranked.degradations == without
    assert len(ranked.passages) == 4


async def test_a_depth_that_was_reduced_for_lag_is_not_reduced_again(
    clock: FixedClock, model: StubCrossEncoder
) -> None:
    stage = make_stage(model, clock, ladder=LadderSettings().ladder())
    event = make_event(
        [0.1, 0.2, 0.3, 0.4],
        plan={"rerank_depth": 2},
        degradations=(Degradation.RERANK_DEPTH,),
        deadline=NOW + timedelta(seconds=5),
    )
    ranked = await rank(stage, event)
    assert len(model.read[0][1]) == 2
    assert ranked.degradations == (Degradation.RERANK_DEPTH,)


async def test_passages_too_large_together_are_trimmed_by_rank_and_it_is_said(
    clock: FixedClock, model: StubCrossEncoder
) -> None:
    stage = make_stage(model, clock, ladder=PATIENT, most_bytes=600)
    ranked = await rank(stage, make_event([0.1, 0.99, 0.3], plan={"rerank_weight": 1.0}))
    assert ids(ranked) == ["c1", "c2"]
    assert ranked.degradations == (Degradation.CANDIDATES,)
