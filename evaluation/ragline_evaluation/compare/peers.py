"""The compared frameworks: where their programs and environments are, and how they are set up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ragline.adapters.models.sentence_network import SentenceNetwork
from ragline.errors import Misconfigured
from ragline_evaluation.compare.passages import PassageFiles
from ragline_evaluation.compare.program import ProgramLine


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerSetup:
    """A peer: its module in `evaluation/peers/`, which is also the name of its environment."""

    name: str
    module: str
    means: str


PEERS: Sequence[PeerSetup] = (
    PeerSetup(
        name="Haystack",
        module="haystack",
        means="`FAISSDocumentStore` (flat) for vectors and `InMemoryBM25Retriever` for words, "
        "joined by `DocumentJoiner` (reciprocal rank fusion); `FastembedTextEmbedder`",
    ),
    PeerSetup(
        name="LangChain",
        module="langchain",
        means="`FAISS` (flat, inner product) and `BM25Retriever` (stemmed words, k1 1.2, b 0.75) "
        "behind `EnsembleRetriever` (reciprocal rank fusion); fastembed behind `Embeddings`",
    ),
    PeerSetup(
        name="LlamaIndex",
        module="llamaindex",
        means="`FaissVectorStore` (flat, inner product) and `BM25Retriever` (bm25s, stemmed words) "
        "behind `QueryFusionRetriever` (one query, reciprocal rank fusion); `FastEmbedEmbedding`",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerSettings:
    """What all peers share: `workers` questions at a time, `threads` of onnxruntime for each."""

    folder: Path
    workers: int
    threads: int
    depth: int


def environment_of(peer: PeerSetup, root: Path) -> Path:
    """Return the environment of a peer, which `make compare` makes.

    Raises:
        Misconfigured: it is not there.
    """
    folder = root / f".venv-{peer.module}"
    if not (folder / "bin" / "python").exists():
        raise Misconfigured(f"{folder} is missing: `make compare` makes it")
    return folder


def program_line(
    peer: PeerSetup,
    *,
    root: Path,
    passages: PassageFiles,
    model: SentenceNetwork,
    settings: PeerSettings,
) -> ProgramLine:
    """Return how a peer's program is started; `root` is the repository's folder.

    Raises:
        Misconfigured: its environment is missing.
    """
    given = {
        "chunks": passages.chunks,
        "vectors": passages.vectors,
        "model": model.files.folder,
        "prefix": model.prefixes.query,
        "index": settings.folder / peer.module,
        "depth": settings.depth,
        "threads": settings.threads,
        "workers": settings.workers,
    }
    options = [part for name, value in given.items() for part in (f"--{name}", str(value))]
    python = (environment_of(peer, root) / "bin" / "python").absolute()
    return ProgramLine(
        name=peer.name,
        argv=(str(python), "-m", f"peers.{peer.module}", *options),
        cwd=root / "evaluation",
    )
