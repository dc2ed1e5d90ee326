"""The cross-encoder in ONNX: the logistic function of its logits, and clear errors."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import onnxruntime
import pytest
from tokenizers import Tokenizer

from ragline.adapters.models import open_cross_encoder
from ragline.errors import Misconfigured
from ragline.model_settings import RerankerSettings

QUESTION = "how long do queues live"
PASSAGES = [f"Passage {i}: " + "a queue expires when unused. " * (i % 7) for i in range(40)]
PASSAGES.append("a word " * 2_000)

SCRIPT = """
import asyncio, sys
from ragline.adapters.models import open_cross_encoder
from ragline.model_settings import RerankerSettings

async def main():
    settings = RerankerSettings(model=sys.argv[1], onnx_file="onnx/model.onnx")
    async with open_cross_encoder(settings) as model:
        await model.score("a question", ["a passage"])

asyncio.run(main())
print("torch" in sys.modules)
"""


async def scores(folder: Path, onnx_file: str, batch_size: int = 32) -> list[float]:
    settings = RerankerSettings(model=str(folder), onnx_file=onnx_file, batch_size=batch_size)
    async with open_cross_encoder(settings) as model:
        assert model is not None
        return await model.score(QUESTION, PASSAGES)


def logits(folder: Path) -> list[float]:
    """What the network gives to each pair alone."""
    session = onnxruntime.InferenceSession(str(folder / "onnx" / "model.onnx"))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(max_length=512)
    found = []
    for passage in PASSAGES:
        encoded = tokenizer.encode(QUESTION, passage)
        tensors = {
            "input_ids": [encoded.ids],
            "attention_mask": [encoded.attention_mask],
            "token_type_ids": [encoded.type_ids],
        }
        found.append(float(session.run(None, tensors)[0][0][0]))
    return found


@pytest.mark.parametrize("batch_size", [1, 7, 64])
async def test_scores_are_the_logistic_function_of_the_model_s_logits(
    cross_encoder_folder: Path, batch_size: int
) -> None:
    expected = logits(cross_encoder_folder)
    assert max(expected) > 1  # the model alone does not stay in [0, 1]
    found = await scores(cross_encoder_folder, "onnx/model.onnx", batch_size)
    assert found == pytest.approx([(1 + math.tanh(x / 2)) / 2 for x in expected], abs=1e-4)
    assert len({round(score, 6) for score in found}) > 10


async def test_a_file_that_is_missing_or_none_is_an_error_that_says_what_to_do(
    cross_encoder_folder: Path,
) -> None:
    for name in ("onnx/nothing.onnx", "config.json"):
        with pytest.raises(Misconfigured, match="RAGLINE_RERANKER__ONNX_FILE"):
            await scores(cross_encoder_folder, name)


def test_torch_is_not_even_loaded(cross_encoder_folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(cross_encoder_folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "False\n", done.stderr
