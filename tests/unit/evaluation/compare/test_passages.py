"""Passages and their vectors on disk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from ragline.ports.sources import SourcePart, SourceText
from ragline.ports.store import DocumentRef
from ragline_evaluation.compare.passages import Passage, passages_of, write_passages


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
    passages = [Passage(id=f"d#{n}", document="d", text="x" * n) for n in range(1, 100)]
    embedder = Counting()
    files = await write_passages(folder, passages, embedder, lambda _: None)
    assert np.load(files.vectors)[:, 0].tolist() == list(range(1, 100))
    await write_passages(folder, passages, embedder, lambda _: None)
    assert embedder.embedded == 99


async def test_what_was_made_of_other_passages_is_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "passages"
    first = [Passage(id="d#0", document="d", text="first")]
    await write_passages(folder, first, Counting(), lambda _: None)
    (folder / "index-of-a-peer").write_text("first")
    second = [Passage(id="d#0", document="d", text="the second")]
    files = await write_passages(folder, second, Counting(), lambda _: None)
    assert not (folder / "index-of-a-peer").exists()
    assert np.load(files.vectors).tolist() == [[10.0, 1.0]]
