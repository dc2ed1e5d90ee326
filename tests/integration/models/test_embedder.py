"""The embedder on the real all-MiniLM-L6-v2."""

from __future__ import annotations

import asyncio
import math
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from ragline.adapters.models import open_embedder
from ragline.adapters.models.files import locate
from ragline.errors import Misconfigured
from ragline.model_settings import EmbeddingSettings

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
    async with open_embedder(EmbeddingSettings(batch_size=2)) as embedder:
        together = await embedder.embed_documents(TEXTS)
        alone = [(await embedder.embed_documents([text]))[0] for text in TEXTS]
    assert embedder.dimensions == 384
    assert [len(vector) for vector in together] == [384] * len(TEXTS)
    for a, b in zip(together, alone, strict=True):
        assert math.isclose(cosine(a, a), 1.0, abs_tol=1e-5)
        assert cosine(a, b) > 0.9999


async def test_two_workers_give_the_vectors_that_one_gives() -> None:
    many = [f"{text} {n}" for n in range(8) for text in TEXTS]
    async with open_embedder(EmbeddingSettings(batch_size=4)) as one:
        expected = await one.embed_documents(many)
    async with open_embedder(EmbeddingSettings(batch_size=4, workers=2)) as two:
        vectors = await two.embed_documents(many)
        question = await two.embed_query(many[0])
    assert all(cosine(a, b) > 0.9999 for a, b in zip(vectors, expected, strict=True))
    assert cosine(question, expected[0]) > 0.9999


async def test_concurrent_questions_get_their_own_vectors() -> None:
    async with open_embedder(EmbeddingSettings()) as embedder:
        questions = await asyncio.gather(*(embedder.embed_query(text) for text in TEXTS))
        documents = await embedder.embed_documents(TEXTS)
    assert all(cosine(a, b) > 0.9999 for a, b in zip(questions, documents, strict=True))


async def test_a_question_is_nearest_to_the_passage_that_answers_it() -> None:
    passages = [
        "Set x-expires to delete a queue that was not used for some time.",
        "Generators return one value after the other.",
        "A quorum queue replicates its messages to several nodes.",
    ]
    async with open_embedder(EmbeddingSettings()) as embedder:
        question = await embedder.embed_query("How do I remove unused queues automatically?")
        vectors = await embedder.embed_documents(passages)
    similarities = [cosine(question, vector) for vector in vectors]
    assert max(similarities) == similarities[0]


async def test_a_question_does_not_wait_for_a_whole_document() -> None:
    finished: list[str] = []
    async with open_embedder(EmbeddingSettings(batch_size=4)) as embedder:

        async def document() -> None:
            await embedder.embed_documents(["A passage of some length. " * 30] * 20)
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
        assert embedder.fingerprint == 'all-MiniLM-L6-v2@0.1.0 dim=384 norm=l2 prefix=["", ""]'
    prefixed = EmbeddingSettings(prefix_query="query: ", prefix_document="passage: ")
    async with open_embedder(prefixed) as other:
        assert other.fingerprint.endswith('prefix=["query: ", "passage: "]')
        question = await other.embed_query("queue")
        (document,) = await other.embed_documents(["queue"])
    assert cosine(question, document) < 0.999


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


async def test_a_missing_folder_says_what_to_do() -> None:
    with pytest.raises(Misconfigured, match="correct the path or mount it"):
        async with open_embedder(EmbeddingSettings(model="/nowhere/model")):
            pass


async def test_a_folder_that_is_no_model_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "nothing known"}')
    with pytest.raises(Misconfigured, match="cannot be used as embedding model"):
        async with open_embedder(EmbeddingSettings(model=str(tmp_path))):
            pass


async def test_an_impossible_name_says_so() -> None:
    with pytest.raises(Misconfigured, match="neither a folder nor a hub id"):
        async with open_embedder(EmbeddingSettings(model="three/part/name")):
            pass
