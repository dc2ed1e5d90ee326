"""The cross-encoder on torch: a real, tiny model."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from ragline.adapters.models import open_cross_encoder
from ragline.adapters.models.files import locate
from ragline.errors import Misconfigured
from ragline.model_settings import RerankerSettings

PASSAGES = [f"Passage {i}: " + "a queue expires when unused. " * (i % 7) for i in range(40)]


async def test_scores_are_the_logistic_function_of_the_model_s_logits(
    cross_encoder_folder: Path,
) -> None:
    from sentence_transformers import CrossEncoder

    async with open_cross_encoder(RerankerSettings(model=str(cross_encoder_folder))) as model:
        assert model is not None
        assert model.model_id == "tiny-cross-encoder"
        scores = await model.score("how long do queues live", PASSAGES)
    plain = CrossEncoder(str(cross_encoder_folder), local_files_only=True)
    logits = plain.predict([("how long do queues live", p) for p in PASSAGES])
    assert max(logits) > 1  # the model alone does not stay in [0, 1]
    assert scores == pytest.approx([1 / (1 + math.exp(-float(x))) for x in logits], abs=1e-4)
    assert len({round(score, 6) for score in scores}) > 10


async def test_a_model_with_two_scores_is_refused(two_label_folder: Path) -> None:
    with pytest.raises(Misconfigured, match="2 scores"):
        async with open_cross_encoder(RerankerSettings(model=str(two_label_folder))):
            pass


async def test_an_embedding_model_is_refused_rather_than_given_a_random_head() -> None:
    folder = str(locate("packaged").folder)
    with pytest.raises(Misconfigured, match="no scoring head"):
        async with open_cross_encoder(RerankerSettings(model=folder)):
            pass
