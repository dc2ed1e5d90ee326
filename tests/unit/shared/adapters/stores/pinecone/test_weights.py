"""Weights of words from a sample of chunks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pytest
from pinecone.models.documents.document import Document

from ragline.adapters.stores.bm25 import weight
from ragline.adapters.stores.pinecone.namespace import Namespace
from ragline.adapters.stores.pinecone.schema import SPARSE
from ragline.adapters.stores.pinecone.scope import Condition
from ragline.adapters.stores.pinecone.weights import TermWeights
from ragline.adapters.stores.sparse import chunk_vector


class Sampled:
    """A namespace whose page of chunks is known."""

    def __init__(self, name: str, texts: Sequence[str]) -> None:
        self.name = name
        self.texts = list(texts)
        self.taken = 0

    async def sample(self, where: Condition, fields: Sequence[str], limit: int) -> list[Document]:
        self.taken += 1
        vectors = [chunk_vector(text.split()) for text in self.texts[:limit]]
        return [
            Document({"_id": str(n), SPARSE: {"indices": list(v.indices), "values": [1.0]}})
            for n, v in enumerate(vectors)
        ]


def as_namespace(sampled: Sampled) -> Namespace:
    return cast("Namespace", sampled)


async def test_rare_words_weigh_more_and_unknown_ones_most() -> None:
    weights = TermWeights()
    sampled = Sampled("t", ["a b", "a c", "a d"])
    found = await weights.of(as_namespace(sampled), ["a", "b", "z"])
    assert found == pytest.approx({"a": weight(3, 3), "b": weight(3, 1), "z": weight(3, 0)})
    assert 0 < found["a"] < found["b"] < found["z"]


async def test_a_tenant_without_chunks_has_weights_too() -> None:
    found = await TermWeights().of(as_namespace(Sampled("t", [])), ["a"])
    assert found["a"] > 0


async def test_a_small_tenants_sample_is_taken_again_soon_and_a_large_ones_later() -> None:
    now = [0.0]
    weights = TermWeights(lambda: now[0])
    small, large = Sampled("small", ["a"]), Sampled("large", ["a"] * 200)
    for second, taken in ((0, (1, 1)), (9, (1, 1)), (11, (2, 1)), (599, (3, 1)), (601, (3, 2))):
        now[0] = float(second)
        for each in (small, large):
            await weights.of(as_namespace(each), ["a"])
        assert (small.taken, large.taken) == taken


async def test_only_so_many_tenants_are_kept() -> None:
    weights = TermWeights(lambda: 0.0)
    many = [Sampled(f"t{n}", ["a"]) for n in range(257)]
    for each in many:
        await weights.of(as_namespace(each), ["a"])
    await weights.of(as_namespace(many[-1]), ["a"])
    await weights.of(as_namespace(many[0]), ["a"])
    assert (many[0].taken, many[-1].taken) == (2, 1)
