"""Haystack: FAISS and its in-memory store's BM25 behind `DocumentJoiner`, fused by rank.

The in-memory store's own search for vectors makes an array of all of them for each question, and
took three times as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.fastembed import FastembedTextEmbedder
from haystack_integrations.components.retrievers.faiss import FAISSEmbeddingRetriever
from haystack_integrations.document_stores.faiss import FAISSDocumentStore

from peers.protocol import Task, run
from peers.query_model import NAME, register

_PACKAGES = (
    "haystack-ai",
    "faiss-haystack",
    "fastembed-haystack",
    "faiss-cpu",
    "fastembed",
    "onnxruntime",
)


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
        folder = task.index / "haystack"
        if not folder.exists():
            _build(task)
        words = InMemoryDocumentStore.load_from_disk(str(folder / "words.json"))
        vectors = FAISSDocumentStore(str(folder / "vectors"))
        pipeline = Pipeline()
        pipeline.add_component("model", self._model)
        pipeline.add_component(
            "vector", FAISSEmbeddingRetriever(document_store=vectors, top_k=task.depth)
        )
        pipeline.add_component("words", InMemoryBM25Retriever(words, top_k=task.depth))
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


def _build(task: Task) -> None:
    folder = task.index / "haystack"
    folder.mkdir()
    vectors = task.read_vectors()
    documents = [
        Document(id=c.id, content=c.text, meta={"document": c.document}, embedding=v.tolist())
        for c, v in zip(task.read_chunks(), vectors, strict=True)
    ]
    by_vector = FAISSDocumentStore(str(folder / "vectors"), embedding_dim=vectors.shape[1])
    by_vector.write_documents(documents)
    by_vector.save(str(folder / "vectors"))
    by_words = InMemoryDocumentStore()
    by_words.write_documents([replace(each, embedding=None) for each in documents])
    by_words.save_to_disk(str(folder / "words.json"))


if __name__ == "__main__":
    run(Haystack, _PACKAGES)
