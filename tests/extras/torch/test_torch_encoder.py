"""The embedder on torch: the real all-MiniLM-L6-v2 of its package."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from ragline.adapters.models import open_embedder
from ragline.adapters.models.files import locate
from ragline.errors import Misconfigured
from ragline.model_settings import EmbeddingSettings

PACKAGED = EmbeddingSettings(model="packaged", batch_size=2)
TEXTS = [
    "A queue can expire when it is not used.",
    "x",
    "The generator expression is evaluated lazily. " * 20,
    "",
    "Wie lange lebt eine Queue? 🐇 مرحبا",
]


def cosine(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


async def test_vectors_are_of_unit_length_and_the_same_in_any_company() -> None:
    async with open_embedder(PACKAGED) as embedder:
        together = await embedder.embed_documents(TEXTS)
        alone = [(await embedder.embed_documents([text]))[0] for text in TEXTS]
    assert embedder.dimensions == 384
    assert [len(vector) for vector in together] == [384] * len(TEXTS)
    for a, b in zip(together, alone, strict=True):
        assert math.isclose(cosine(a, a), 1.0, abs_tol=1e-5)
        assert cosine(a, b) > 0.9999


async def test_a_question_is_nearest_to_the_passage_that_answers_it() -> None:
    passages = [
        "Set x-expires to delete a queue that was not used for some time.",
        "Generators return one value after the other.",
        "A quorum queue replicates its messages to several nodes.",
    ]
    async with open_embedder(PACKAGED) as embedder:
        question = await embedder.embed_query("How do I remove unused queues automatically?")
        vectors = await embedder.embed_documents(passages)
    similarities = [cosine(question, vector) for vector in vectors]
    assert max(similarities) == similarities[0]


async def test_the_fingerprint_names_the_package() -> None:
    async with open_embedder(PACKAGED) as embedder:
        assert embedder.fingerprint == 'all-MiniLM-L6-v2@0.1.0 dim=384 norm=l2 prefix=["", ""]'


async def test_a_folder_s_revision_follows_its_content_not_its_place(tmp_path: Path) -> None:
    packaged = locate("packaged").folder
    first, second = tmp_path / "a" / "model", tmp_path / "b" / "model"
    shutil.copytree(packaged, first)
    shutil.copytree(packaged, second)
    assert locate(str(first)).revision == locate(str(second)).revision
    config = second / "sentence_bert_config.json"
    config.write_text(config.read_text().replace("256", "128"))
    assert locate(str(first)).revision != locate(str(second)).revision
    async with open_embedder(EmbeddingSettings(model=str(first))) as embedder:
        revision = locate(str(first)).revision
        assert embedder.fingerprint.startswith(f"model@{revision} dim=384")


async def test_a_folder_that_is_no_model_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "nothing known"}')
    with pytest.raises(Misconfigured, match="cannot be used as embedding model"):
        async with open_embedder(EmbeddingSettings(model=str(tmp_path))):
            pass


async def test_the_model_in_eight_bits_gives_nearly_the_same_cosines() -> None:
    """The scale of similarity, and the limits on it, hold for both."""
    async with (
        open_embedder(PACKAGED) as torch,
        open_embedder(EmbeddingSettings(model="all-minilm-l6-v2-q")) as eight_bits,
    ):
        own = await torch.embed_documents(TEXTS)
        other = await eight_bits.embed_documents(TEXTS)
    for i in range(len(TEXTS)):
        for j in range(i):
            assert cosine(own[i], own[j]) == pytest.approx(cosine(other[i], other[j]), abs=0.05)
