"""Haystack: its in-memory store, both retrievers of it, and `DocumentJoiner`, fused by rank."""

from __future__ import annotations

from collections.abc import Sequence

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import (
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.fastembed import FastembedTextEmbedder

from peers.protocol import Task, run
from peers.query_model import NAME, register

_PACKAGES = ("haystack-ai", "fastembed-haystack", "fastembed", "onnxruntime")


class Haystack:
    """The pipeline over the index in `task.index`, which is built if it is missing."""

    def __init__(self, task: Task) -> None:
        self._model = FastembedTextEmbedder(
            model=NAME,
            threads=task.threads,
            prefix=task.prefix,
            progress_bar=False,
            model_kwargs={"specific_model_path": str(register(task))},
        )
        self._model.warm_up()
        path = task.index / "haystack.json"
        if not path.exists():
            _build(task).save_to_disk(str(path))
        store = InMemoryDocumentStore.load_from_disk(str(path))
        pipeline = Pipeline()
        pipeline.add_component("model", self._model)
        pipeline.add_component("vector", InMemoryEmbeddingRetriever(store, top_k=task.depth))
        pipeline.add_component("words", InMemoryBM25Retriever(store, top_k=task.depth))
        pipeline.add_component("join", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
        pipeline.connect("model.embedding", "vector.query_embedding")
        pipeline.connect("vector.documents", "join.documents")
        pipeline.connect("words.documents", "join.documents")
        self._pipeline = pipeline

    def ask(self, question: str) -> Sequence[str]:
        """Return the documents of the passages found."""
        found = self._pipeline.run({"model": {"text": question}, "words": {"query": question}})
        return [each.meta["document"] for each in found["join"]["documents"]]

    def embed(self, question: str) -> Sequence[float]:
        """Return the question's vector."""
        vector: list[float] = self._model.run(question)["embedding"]
        return vector


def _build(task: Task) -> InMemoryDocumentStore:
    store = InMemoryDocumentStore(
        embedding_similarity_function="dot_product", return_embedding=False
    )
    store.write_documents(
        [
            Document(id=c.id, content=c.text, meta={"document": c.document}, embedding=v.tolist())
            for c, v in zip(task.read_chunks(), task.read_vectors(), strict=True)
        ]
    )
    return store


if __name__ == "__main__":
    run(Haystack, _PACKAGES)
