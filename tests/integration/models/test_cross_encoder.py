"""The cross-encoder adapter on a real, tiny network, without torch."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from ragline.adapters.models import open_cross_encoder
from ragline.errors import Misconfigured, Unavailable
from ragline.model_settings import RerankerSettings

PASSAGES = [f"Passage {i}: " + "a queue expires when unused. " * (i % 7) for i in range(40)]


def tiny(folder: Path) -> RerankerSettings:
    return RerankerSettings(model=str(folder), onnx_file="onnx/model.onnx")


async def test_concurrent_questions_share_batches_and_keep_their_scores(
    cross_encoder_folder: Path,
) -> None:
    questions = [f"question number {i}" for i in range(6)]
    async with open_cross_encoder(tiny(cross_encoder_folder)) as model:
        assert model is not None
        together = await asyncio.gather(*(model.score(q, PASSAGES[:10]) for q in questions))
        alone = [await model.score(q, PASSAGES[:10]) for q in questions]
    for a, b in zip(together, alone, strict=True):
        assert a == pytest.approx(b, abs=1e-4)


async def test_a_caller_that_gives_up_leaves_the_others_their_scores(
    cross_encoder_folder: Path,
) -> None:
    async with open_cross_encoder(tiny(cross_encoder_folder)) as model:
        assert model is not None
        quitter = asyncio.create_task(model.score("gives up", PASSAGES * 20))
        patient = asyncio.create_task(model.score("waits", PASSAGES[:3]))
        await asyncio.sleep(0.01)
        quitter.cancel()
        assert len(await patient) == 3


async def test_off_switches_reranking_off() -> None:
    async with open_cross_encoder(RerankerSettings(model="off")) as model:
        assert model is None


async def test_a_missing_model_is_a_visible_pass_through(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        async with open_cross_encoder(tiny(Path("/nowhere/model"))) as model:
            assert model is not None
            assert "/nowhere/model" in (model.missing() or "")
            assert model.model_id == "/nowhere/model"
            with pytest.raises(Unavailable):
                await model.score("q", ["p"])
    (record,) = caplog.records
    assert "reranking is skipped" in record.message
    assert "/nowhere/model" in record.message


async def test_a_model_with_two_scores_is_refused(two_label_folder: Path) -> None:
    with pytest.raises(Misconfigured, match="not one score a pair"):
        async with open_cross_encoder(tiny(two_label_folder)):
            pass


async def test_a_model_without_an_onnx_file_needs_torch_and_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ragline.adapters.models.torch_extra.find_spec", lambda name: None)
    settings = RerankerSettings(model="some/ranker")
    with pytest.raises(Misconfigured, match="RAGLINE_RERANKER__MODEL=some/ranker needs torch"):
        async with open_cross_encoder(settings):
            pass


def test_the_default_model_has_an_onnx_file() -> None:
    assert RerankerSettings().network_file == "onnx/model.onnx"
    assert RerankerSettings(onnx_file="onnx/other.onnx").network_file == "onnx/other.onnx"
    assert RerankerSettings(model="some/ranker").network_file is None
