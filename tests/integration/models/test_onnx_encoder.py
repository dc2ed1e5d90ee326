"""Embedders in ONNX: the same contract without torch, and clear errors."""

from __future__ import annotations

import asyncio
import math
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ragline.adapters.models import open_embedder
from ragline.adapters.models.bundles import names
from ragline.errors import Misconfigured
from ragline.model_settings import EmbeddingSettings

EIGHT_BITS = "bge-small-en-v1.5-q"
TEXTS = [
    "A queue can expire when it is not used.",
    "x",
    "The generator expression is evaluated lazily. " * 100,
    "",
    "Wie lange lebt eine Queue? 🐇 مرحبا",
]
SCRIPT = """
import asyncio, sys
from ragline.adapters.models import open_embedder
from ragline.model_settings import EmbeddingSettings

async def main():
    async with open_embedder(EmbeddingSettings(model=sys.argv[1])) as model:
        await model.embed_query("a question")

asyncio.run(main())
print(sorted({"torch", "transformers", "sentence_transformers"} & set(sys.modules)))
"""


def cosine(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("model", names())
async def test_a_question_is_nearest_to_the_passage_that_answers_it(model: str) -> None:
    passages = [
        "Set x-expires to delete a queue that was not used for some time.",
        "Generators return one value after the other.",
        "A quorum queue replicates its messages to several nodes.",
    ]
    async with open_embedder(EmbeddingSettings(model=model)) as embedder:
        question = await embedder.embed_query("How do I remove unused queues automatically?")
        vectors = await embedder.embed_documents(passages)
    assert embedder.fingerprint.startswith(f"{model}@")
    similarities = [cosine(question, vector) for vector in vectors]
    assert max(similarities) == similarities[0]


async def test_vectors_are_of_unit_length_and_the_same_in_any_company() -> None:
    settings = EmbeddingSettings(model=EIGHT_BITS, prefix_query="", batch_size=4, workers=2)
    async with open_embedder(settings) as embedder:
        together = await embedder.embed_documents(TEXTS)
        alone = [(await embedder.embed_documents([text]))[0] for text in TEXTS]
        questions = await asyncio.gather(*(embedder.embed_query(text) for text in TEXTS))
        assert await embedder.embed_documents([]) == []
    assert embedder.dimensions == 384
    assert together == alone == questions
    assert all(math.isclose(cosine(a, a), 1.0, abs_tol=1e-5) for a in together)


async def test_a_named_model_brings_its_prefixes_and_settings_overrule_them() -> None:
    async with open_embedder(EmbeddingSettings(model="e5-small-v2-q")) as own:
        assert own.fingerprint.endswith('prefix=["query: ", "passage: "]')
        question = await own.embed_query("queue")
        (document,) = await own.embed_documents(["queue"])
    assert question != document
    without = EmbeddingSettings(model="e5-small-v2-q", prefix_query="", prefix_document="")
    async with open_embedder(without) as other:
        assert other.fingerprint.endswith('prefix=["", ""]')


async def test_a_file_that_is_no_embedder_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text('{"pooling_mode_mean_tokens": true}')
    (tmp_path / "tokenizer.json").write_text("{}")
    settings = EmbeddingSettings(model=str(tmp_path), onnx_file="model.onnx")
    with pytest.raises(Misconfigured, match="RAGLINE_EMBEDDING__ONNX_FILE"):
        async with open_embedder(settings):
            pass


def test_torch_is_not_even_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, EIGHT_BITS], capture_output=True, text=True, check=False
    )
    assert done.stdout == "[]\n", done.stderr
