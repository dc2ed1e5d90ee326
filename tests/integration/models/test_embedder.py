"""The embedder: the default model, workers, batches, and what it says when a model is not there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from ragline.adapters.models import open_embedder
from ragline.adapters.models.bundles import locate_bundle, names
from ragline.errors import Misconfigured
from ragline.model_settings import EMBEDDING_MODEL, EmbeddingSettings

TEXTS = [
    "A queue can expire when it is not used.",
    "x",
    "The generator expression is evaluated lazily. " * 20,
    "",
    "Wie lange lebt eine Queue? 🐇 مرحبا",
]
TORCH = "ragline.adapters.models.torch_extra.find_spec"


def cosine(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


async def test_two_workers_give_the_vectors_that_one_gives() -> None:
    many = [f"{text} {n}" for n in range(8) for text in TEXTS]
    async with open_embedder(EmbeddingSettings(batch_size=4)) as one:
        expected = await one.embed_documents(many)
    async with open_embedder(EmbeddingSettings(batch_size=4, workers=2)) as two:
        assert await two.embed_documents(many) == expected


async def test_concurrent_questions_get_their_own_vectors() -> None:
    async with open_embedder(EmbeddingSettings(prefix_query="", prefix_document="")) as embedder:
        questions = await asyncio.gather(*(embedder.embed_query(text) for text in TEXTS))
        assert questions == await embedder.embed_documents(TEXTS)


async def test_a_question_waits_for_no_other_that_came_after_it() -> None:
    order: list[int] = []
    async with open_embedder(EmbeddingSettings(batch_wait_ms=60_000.0)) as embedder:

        async def ask(number: int) -> None:
            await embedder.embed_query(f"Question {number}")
            order.append(number)

        async with asyncio.timeout(30):
            await asyncio.gather(*(ask(number) for number in range(8)))
    assert order == list(range(8))


async def test_a_question_does_not_wait_for_a_whole_document() -> None:
    finished: list[str] = []
    async with open_embedder(EmbeddingSettings(batch_size=4)) as embedder:

        async def document() -> None:
            await embedder.embed_documents(["A passage of some length. " * 60] * 20)
            finished.append("document")

        async def question() -> None:
            await asyncio.sleep(0.05)
            await embedder.embed_query("short")
            finished.append("question")

        await asyncio.gather(document(), document(), question())
    assert finished == ["question", "document", "document"]


async def test_no_texts_give_no_vectors() -> None:
    async with open_embedder(EmbeddingSettings()) as embedder:
        assert await embedder.embed_documents([]) == []


async def test_the_fingerprint_names_model_revision_dimensions_norm_and_prefixes() -> None:
    async with open_embedder(EmbeddingSettings()) as embedder:
        model = locate_bundle(EMBEDDING_MODEL)
        assert embedder.fingerprint == (
            f"{EMBEDDING_MODEL}@{model.files.revision}/model.onnx dim=384 norm=l2 "
            'prefix=["query: ", "passage: "]'
        )
    prefixed = EmbeddingSettings(prefix_query="ask: ", prefix_document="tell: ")
    async with open_embedder(prefixed) as other:
        assert other.fingerprint.endswith('prefix=["ask: ", "tell: "]')
        question = await other.embed_query("queue")
        (document,) = await other.embed_documents(["queue"])
    assert cosine(question, document) < 0.999


@pytest.mark.parametrize("model", names())
async def test_all_models_share_one_scale_of_similarity(model: str) -> None:
    question = "How do I remove unused queues automatically?"
    same = "Unused queues are removed automatically when they have the argument x-expires."
    other = "Penguins breed on the ice of the southern ocean."
    async with open_embedder(EmbeddingSettings(model=model)) as embedder:
        asked = await embedder.embed_query(question)
        near, far = (
            embedder.similarity(cosine(asked, vector))
            for vector in await embedder.embed_documents([same, other])
        )
    assert near > 0.5
    assert far < 0.3


async def test_a_missing_folder_says_what_to_do() -> None:
    settings = EmbeddingSettings(model="/nowhere/model", onnx_file="model.onnx")
    with pytest.raises(Misconfigured, match="correct the path or mount it"):
        async with open_embedder(settings):
            pass


async def test_an_impossible_name_says_so() -> None:
    settings = EmbeddingSettings(model="three/part/name", onnx_file="model.onnx")
    with pytest.raises(Misconfigured, match="neither a folder nor a hub id"):
        async with open_embedder(settings):
            pass


@pytest.mark.parametrize("model", ["packaged", "some/model"])
async def test_a_model_that_needs_torch_says_how_to_get_it(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TORCH, lambda name: None)
    with pytest.raises(Misconfigured, match=f"RAGLINE_EMBEDDING__MODEL={model} needs torch.*pip"):
        async with open_embedder(EmbeddingSettings(model=model)):
            pass
