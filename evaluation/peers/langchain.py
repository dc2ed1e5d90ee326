"""LangChain: FAISS and `BM25Retriever` behind `EnsembleRetriever`, fused by rank."""

from __future__ import annotations

import pickle
import re
from collections.abc import Sequence

import faiss
import Stemmer
from fastembed import TextEmbedding
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.docstore.in_memory import InMemoryDocstore
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings

from peers.protocol import Task, run
from peers.query_model import NAME, register

_PACKAGES = (
    "langchain-core",
    "langchain-classic",
    "langchain-community",
    "faiss-cpu",
    "rank-bm25",
    "fastembed",
    "onnxruntime",
)
_WORD = re.compile(r"\w+")


class _Model(Embeddings):
    """As `FastEmbedEmbeddings`, which takes no model of one's own."""

    def __init__(self, task: Task) -> None:
        folder = str(register(task))
        self._model = TextEmbedding(NAME, threads=task.threads, specific_model_path=folder)
        self._prefix = task.prefix

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = next(iter(self._model.embed([self._prefix + text]))).tolist()
        return vector

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        raise NotImplementedError("the passages' vectors are given")


def words_of(text: str) -> list[str]:
    """Return stemmed words, as the others search them: by itself `BM25Retriever` cuts at spaces."""
    stems: list[str] = Stemmer.Stemmer("english").stemWords(_WORD.findall(text.lower()))
    return stems


class LangChain:
    """The retriever over the index in `task.index`, which is built if it is missing."""

    def __init__(self, task: Task) -> None:
        self._model = _Model(task)
        folder = task.index / "langchain"
        if not folder.exists():
            _build(task, self._model)
        vectors = FAISS.load_local(
            str(folder), self._model, allow_dangerous_deserialization=True
        )  # our own file
        with (folder / "bm25.pickle").open("rb") as file:
            words = pickle.load(file)  # noqa: S301  # our own file
        self._retriever = EnsembleRetriever(
            retrievers=[vectors.as_retriever(search_kwargs={"k": task.depth}), words],
            id_key="id",
        )

    def ask(self, question: str) -> Sequence[str]:
        """Return the documents of the passages found."""
        return [found.metadata["document"] for found in self._retriever.invoke(question)]

    def embed(self, question: str) -> Sequence[float]:
        """Return the question's vector."""
        return self._model.embed_query(question)


def _build(task: Task, model: Embeddings) -> None:
    vectors = task.read_vectors()
    folder = task.index / "langchain"
    documents = [
        Document(id=c.id, page_content=c.text, metadata={"document": c.document, "id": c.id})
        for c in task.read_chunks()
    ]
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    store = FAISS(
        model,
        index,
        InMemoryDocstore({str(d.id): d for d in documents}),
        {place: str(d.id) for place, d in enumerate(documents)},
    )
    store.save_local(str(folder))
    words = BM25Retriever.from_documents(
        documents, k=task.depth, preprocess_func=words_of, bm25_params={"k1": 1.2, "b": 0.75}
    )
    with (folder / "bm25.pickle").open("wb") as file:
        pickle.dump(words, file)


if __name__ == "__main__":
    run(LangChain, _PACKAGES)
