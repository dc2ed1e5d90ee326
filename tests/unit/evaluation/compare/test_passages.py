"""Passages and their vectors on disk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from ragline.ports.sources import SourcePart, SourceText
from ragline.ports.store import DocumentRef
from ragline_evaluation.compare.passages import (
    IndexedPassage,
    PassageFiles,
    passages_of,
    write_passages,
)


class Counting:
    """An embedder that counts what it embeds."""

    fingerprint = "counting"
    dimensions = 2

    def __init__(self) -> None:
        self.embedded = 0

    def similarity(self, cosine: float) -> float:
        return cosine

    async def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        self.embedded += len(texts)
        return [[float(len(text)), 1.0] for text in texts]

    async def embed_query(self, text: str) -> list[float]:
        return [1.0, 0.0]


class Cache:
    """Knows the vectors of some texts."""

    def __init__(self, known: dict[str, list[float]] | None = None) -> None:
        self._known = known or {}

    async def get_many(self, fingerprint: str, texts: Sequence[str]) -> list[list[float] | None]:
        return [self._known.get(text) for text in texts]

    async def put_many(
        self, fingerprint: str, texts: Sequence[str], vectors: Sequence[Sequence[float]]
    ) -> None:
        raise AssertionError("nothing is put there")


async def write(folder: Path, passages: list[IndexedPassage], embedder: Counting) -> PassageFiles:
    return await write_passages(folder, passages, embedder, cache=Cache(), progress=lambda _: None)


class OneDocument:
    """A reader that knows one document."""

    async def read(self, ref: DocumentRef, *, groups: tuple[str, ...]) -> SourceText | None:
        if ref.document_id != "known":
            return None
        parts = (
            SourcePart(start=0, end=5, text="first", heading_path=("Top",)),
            SourcePart(start=6, end=12, text="second"),
        )
        return SourceText(
            version=1,
            title="Title",
            url=None,
            media_type=None,
            language=None,
            tags=(),
            updated_at=None,
            parts=parts,
        )

    async def permitted(
        self, tenant: str, document_ids: Iterable[str], *, groups: tuple[str, ...]
    ) -> frozenset[str]:
        return frozenset(document_ids)


async def test_passages_are_the_chunks_as_they_are_embedded() -> None:
    found = await passages_of(OneDocument(), ["unknown", "known"], tenant="t")
    assert [(each.id, each.document) for each in found] == [
        ("known#0", "known"),
        ("known#1", "known"),
    ]
    assert found[0].text.splitlines()[0].startswith("Title")
    assert "Top" in found[0].text
    assert found[0].text.endswith("first")


async def test_vectors_are_made_once_for_the_same_passages(tmp_path: Path) -> None:
    folder = tmp_path / "passages"
    passages = [IndexedPassage(id=f"d#{n}", document="d", text="x" * n) for n in range(1, 100)]
    embedder = Counting()
    files = await write(folder, passages, embedder)
    assert np.load(files.vectors)[:, 0].tolist() == list(range(1, 100))
    await write(folder, passages, embedder)
    assert embedder.embedded == 99


async def test_what_was_made_of_other_passages_is_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "passages"
    first = [IndexedPassage(id="d#0", document="d", text="first")]
    await write(folder, first, Counting())
    (folder / "index-of-a-peer").write_text("first")
    second = [IndexedPassage(id="d#0", document="d", text="the second")]
    files = await write(folder, second, Counting())
    assert not (folder / "index-of-a-peer").exists()
    assert np.load(files.vectors).tolist() == [[10.0, 1.0]]


async def test_vectors_made_when_documents_were_ingested_are_taken(tmp_path: Path) -> None:
    embedder = Counting()
    passages = [
        IndexedPassage(id=f"d#{n}", document="d", text=text) for n, text in enumerate("aba")
    ]
    files = await write_passages(
        tmp_path / "passages",
        passages,
        embedder,
        cache=Cache({"a": [5.0, 5.0]}),
        progress=lambda _: None,
    )
    assert np.load(files.vectors).tolist() == [[5.0, 5.0], [1.0, 1.0], [5.0, 5.0]]
    assert embedder.embedded == 1
