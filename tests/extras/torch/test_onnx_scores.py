"""An exported cross-encoder gives torch's scores."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragline.adapters.models import open_cross_encoder
from ragline.model_settings import RerankerSettings

QUESTION = "how long do queues live"
PASSAGES = [f"Passage {i}: " + "a queue expires when unused. " * (i % 7) for i in range(40)]
PASSAGES.append("a word " * 2_000)


async def scores(folder: Path, onnx_file: str | None, batch_size: int = 32) -> list[float]:
    settings = RerankerSettings(model=str(folder), onnx_file=onnx_file, batch_size=batch_size)
    async with open_cross_encoder(settings) as model:
        assert model is not None
        return await model.score(QUESTION, PASSAGES)


@pytest.mark.parametrize("batch_size", [1, 7, 64])
async def test_scores_are_those_of_torch(onnx_folder: Path, batch_size: int) -> None:
    expected = await scores(onnx_folder, None)
    found = await scores(onnx_folder, "onnx/model.onnx", batch_size)
    assert found == pytest.approx(expected, abs=1e-4)


async def test_eight_bit_weights_order_passages_much_alike(onnx_folder: Path) -> None:
    expected = await scores(onnx_folder, None)
    found = await scores(onnx_folder, "onnx/model_qint8.onnx")
    assert all(0 <= score <= 1 for score in found)
    best = sorted(range(len(PASSAGES)), key=lambda place: -expected[place])
    assert sum(found[p] for p in best[:10]) > sum(found[p] for p in best[-10:])
