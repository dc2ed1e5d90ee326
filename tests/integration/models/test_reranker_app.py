"""The reranker as its process composes it: settings in, a warm stage out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from ragline.clock import utc_now
from ragline.contracts.answers import Degradation
from ragline.contracts.plan import Intent, Plan, SearchKind
from ragline.contracts.queries import Candidate, CandidatesRanked, CandidatesRetrieved
from ragline.model_settings import RerankerSettings
from ragline.observability.metrics import Metrics
from ragline_reranker.app import compose
from ragline_reranker.settings import Settings


def make_event(count: int, *, seconds: float) -> CandidatesRetrieved:
    candidates = tuple(
        Candidate(
            chunk_id=f"c{i}",
            document_id=f"d{i}",
            version=1,
            ordinal=0,
            text=f"Queue number {i} expires. " * (1 + i % 5),
            start=0,
            end=1,
            fused=1 - i / count,
        )
        for i in range(count)
    )
    return CandidatesRetrieved(
        query_id="q1",
        text="when do queues expire",
        standalone_text="when do queues expire",
        intent=Intent.FACTUAL,
        confidence=0.9,
        plan=Plan(name="test", weights={SearchKind.VECTOR: 1.0}, rerank_weight=1.0),
        deadline=utc_now() + timedelta(seconds=seconds),
        candidates=candidates,
        watermark=1,
    )


async def rerank(model: Path | str, *, seconds: float) -> CandidatesRanked:
    reranker = RerankerSettings(model=str(model), onnx_file="onnx/model.onnx")
    async with compose(Settings(reranker=reranker), Metrics()) as composition:
        ranked = await composition.stage(make_event(12, seconds=seconds))
    assert isinstance(ranked, CandidatesRanked)
    return ranked


async def test_a_model_reads_and_orders_the_passages(cross_encoder_folder: Path) -> None:
    ranked = await rerank(cross_encoder_folder, seconds=60)
    assert ranked.rerank_model == "tiny-cross-encoder"
    assert ranked.degradations == ()
    relevances = [p.rerank for p in ranked.passages if p.rerank is not None]
    assert len(relevances) == 6
    assert relevances == sorted(relevances, reverse=True)


async def test_the_pace_is_known_before_the_first_question(cross_encoder_folder: Path) -> None:
    ranked = await rerank(cross_encoder_folder, seconds=0.0001)
    assert ranked.degradations == (Degradation.RERANK,)
    assert [passage.chunk_id for passage in ranked.passages] == [f"c{i}" for i in range(6)]


async def test_without_a_model_the_wording_decides_and_nothing_is_missed() -> None:
    async with compose(Settings(), Metrics()) as composition:
        ranked = await composition.stage(make_event(12, seconds=1))
        assert composition.degraded.keys() == {"ledger"}
    assert isinstance(ranked, CandidatesRanked)
    assert ranked.degradations == ()
    assert ranked.rerank_model == "wording"


async def test_switched_off_the_fused_order_goes_on() -> None:
    settings = Settings(reranker=RerankerSettings(method="off"))
    async with compose(settings, Metrics()) as composition:
        ranked = await composition.stage(make_event(12, seconds=60))
    assert isinstance(ranked, CandidatesRanked)
    assert ranked.degradations == ()
    assert ranked.rerank_model is None
    assert [passage.chunk_id for passage in ranked.passages] == [f"c{i}" for i in range(6)]


async def test_a_model_that_is_not_there_leaves_the_order_by_wording_and_says_so(
    tmp_path: Path,
) -> None:
    ranked = await rerank(tmp_path / "not-there", seconds=60)
    assert ranked.degradations == (Degradation.RERANK,)
    assert ranked.rerank_model == "wording"
