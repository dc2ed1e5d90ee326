"""The passages that every system searches: Ragline's chunks, and their vectors."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ragline.embedded_text import embedded_text
from ragline.ports.models import Embedder, EmbeddingCache
from ragline.ports.sources import DocumentReader
from ragline.ports.store import DocumentRef

_AT_ONCE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedPassage:
    """A chunk as it is embedded, with title and headings, and the document that it is of."""

    id: str
    document: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageFiles:
    """Passages on disk: a line of JSON each, and float32 vectors, shape (count, dimensions)."""

    chunks: Path
    vectors: Path
    count: int


async def passages_of(
    reader: DocumentReader, documents: Iterable[str], *, tenant: str
) -> list[IndexedPassage]:
    """Return the stored chunks of `documents`, in order; what has none is left out.

    Raises:
        Unavailable: the store is down.
    """
    found = []
    for document in documents:
        source = await reader.read(DocumentRef(tenant=tenant, document_id=document), groups=())
        if source is None:
            continue
        for place, part in enumerate(source.parts):
            text = embedded_text(source.title, part.heading_path, part.text)
            found.append(IndexedPassage(id=f"{document}#{place}", document=document, text=text))
    return found


async def write_passages(
    folder: Path,
    passages: Sequence[IndexedPassage],
    embedder: Embedder,
    *,
    cache: EmbeddingCache,
    progress: Callable[[int], None],
) -> PassageFiles:
    """Write `passages` and their vectors; vectors that are there for these passages stay.

    The vectors are those that `cache` has since the documents were ingested, if it still does.

    What else lies in `folder` was made from other passages, and is deleted.
    """
    files = PassageFiles(
        chunks=folder / "chunks.jsonl", vectors=folder / "vectors.npy", count=len(passages)
    )
    lines = "".join(json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in passages)
    if not _begun(files, lines):
        progress(len(passages))
        return files
    vectors: list[Sequence[float]] = []
    for start in range(0, len(passages), _AT_ONCE):
        texts = [each.text for each in passages[start : start + _AT_ONCE]]
        vectors += await _vectors(texts, embedder, cache)
        progress(len(texts))
    np.save(files.vectors, np.array(vectors, np.float32))
    return files


async def _vectors(
    texts: Sequence[str], embedder: Embedder, cache: EmbeddingCache
) -> list[Sequence[float]]:
    found = zip(texts, await cache.get_many(embedder.fingerprint, texts), strict=True)
    known = {text: vector for text, vector in found if vector is not None}
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    known |= zip(missing, await embedder.embed_documents(missing), strict=True)
    return [known[text] for text in texts]


def _begun(files: PassageFiles, lines: str) -> bool:
    """Write the chunks into an empty folder, unless these are there with their vectors."""
    if files.vectors.exists() and files.chunks.read_text(encoding="utf-8") == lines:
        return False
    shutil.rmtree(files.chunks.parent, ignore_errors=True)
    files.chunks.parent.mkdir(parents=True)
    files.chunks.write_text(lines, encoding="utf-8")
    return True
