"""LlamaIndex: FAISS and bm25s behind `QueryFusionRetriever`, fused by rank."""

from __future__ import annotations

from collections.abc import Sequence

import faiss
from llama_index.core import StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms.mock import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import TextNode
from llama_index.embeddings.fastembed import FastEmbedEmbedding
from llama_index.retrievers.bm25 import BM25Retriever
from llama_index.vector_stores.faiss import FaissVectorStore

from peers.protocol import Task, run
from peers.query_model import NAME, register

_PACKAGES = (
    "llama-index-core",
    "llama-index-retrievers-bm25",
    "llama-index-embeddings-fastembed",
    "llama-index-vector-stores-faiss",
    "faiss-cpu",
    "bm25s",
    "fastembed",
    "onnxruntime",
)


class _Prefixed(FastEmbedEmbedding):
    """`FastEmbedEmbedding` has no prefix for questions."""

    prefix: str = ""

    def _get_query_embedding(self, query: str) -> list[float]:
        vector: list[float] = super()._get_query_embedding(self.prefix + query)
        return vector


class LlamaIndex:
    """The retriever over the index in `task.index`, which is built if it is missing."""

    def __init__(self, task: Task) -> None:
        self._model = _Prefixed(
            model_name=NAME,
            threads=task.threads,
            specific_model_path=str(register(task)),
            prefix=task.prefix,
        )
        folder = task.index / "llamaindex"
        if not folder.exists():
            _build(task, self._model)
        stores = StorageContext.from_defaults(
            vector_store=FaissVectorStore.from_persist_dir(str(folder)), persist_dir=str(folder)
        )
        vectors = load_index_from_storage(stores, embed_model=self._model)
        words = BM25Retriever.from_persist_dir(str(folder / "bm25"))
        self._retriever = QueryFusionRetriever(
            [vectors.as_retriever(similarity_top_k=task.depth), words],
            llm=MockLLM(),
            num_queries=1,
            mode=FUSION_MODES.RECIPROCAL_RANK,
            similarity_top_k=task.depth,
            use_async=False,
        )

    def ask(self, question: str) -> Sequence[str]:
        """Return the documents of the passages found."""
        return [found.node.metadata["document"] for found in self._retriever.retrieve(question)]

    def embed(self, question: str) -> Sequence[float]:
        """Return the question's vector."""
        vector: list[float] = self._model.get_query_embedding(question)
        return vector


def _build(task: Task, model: BaseEmbedding) -> None:
    vectors = task.read_vectors()
    folder = task.index / "llamaindex"
    nodes = [
        TextNode(
            id_=chunk.id,
            text=chunk.text,
            # the id makes the nodes differ: fusion adds up those with the same text and metadata
            metadata={"document": chunk.document, "id": chunk.id},
            # the text has its title already: nothing of the metadata is to be searched
            excluded_embed_metadata_keys=["document", "id"],
            embedding=vector.tolist(),
        )
        for chunk, vector in zip(task.read_chunks(), vectors, strict=True)
    ]
    store = FaissVectorStore(faiss_index=faiss.IndexFlatIP(vectors.shape[1]))
    index = VectorStoreIndex(
        nodes,
        storage_context=StorageContext.from_defaults(vector_store=store),
        embed_model=model,
        store_nodes_override=True,
    )
    index.storage_context.persist(str(folder))
    words = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=task.depth)
    words.persist(str(folder / "bm25"))


if __name__ == "__main__":
    run(LlamaIndex, _PACKAGES)
