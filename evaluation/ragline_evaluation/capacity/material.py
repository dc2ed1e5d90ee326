"""What a capacity measurement is made of: embedded passages and embedded questions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import TypeVar

import numpy as np

from ragline.adapters.models import open_embedder
from ragline.errors import Misconfigured
from ragline.model_settings import EmbeddingSettings
from ragline.ports.models import Embedder
from ragline_evaluation import dataset
from ragline_evaluation.capacity.corpus import GeneratedCorpus, Vectors
from ragline_evaluation.capacity.measure import EmbeddedQuestion
from ragline_evaluation.capacity.passages import SourcePassage, passages_of

ProgressBar = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
_AT_ONCE = 64
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityMaterial:
    """The corpus and the questions; `passages` is how many passages the model embedded."""

    corpus: GeneratedCorpus
    questions: Sequence[EmbeddedQuestion]
    passages: int
    fingerprint: str
    dimensions: int


async def prepare(
    folders: Sequence[Path],
    split: str,
    passages: int,
    questions: int,
    *,
    tenant: str,
    cache: Path,
    progress: ProgressBar,
) -> CapacityMaterial:
    """Read the folders, cut at most `passages` passages, embed them and as many `questions`.

    Vectors are kept in `cache`, so that the next measurement embeds nothing.

    Raises:
        Misconfigured: a folder cannot be read, or holds no documents.
    """
    sets = [dataset.read(folder, split=split) for folder in folders]
    cut = passages_of((each.title, each.text) for found in sets for each in found.documents)
    if not cut:
        raise Misconfigured("the folders hold no documents: each needs a corpus.jsonl")
    chosen = spread(cut, passages)
    texts = _in_turn([[each.text for each in found.questions] for found in sets])[:questions]
    async with open_embedder(EmbeddingSettings()) as embedder:
        vectors = await _embedded(embedder, chosen, cache, progress)
        asked = [EmbeddedQuestion(text, await embedder.embed_query(text)) for text in texts]
        return CapacityMaterial(
            corpus=GeneratedCorpus(chosen, vectors, tenant=tenant),
            questions=asked,
            passages=len(chosen),
            fingerprint=embedder.fingerprint,
            dimensions=embedder.dimensions,
        )


def spread(items: Sequence[T], most: int) -> list[T]:
    """Return at most `most` items, evenly from all of them, in order."""
    count = min(most, len(items))
    return [items[place * len(items) // count] for place in range(count)]


async def _embedded(
    embedder: Embedder, passages: Sequence[SourcePassage], cache: Path, progress: ProgressBar
) -> Vectors:
    texts = [f"{each.title}\n{each.text}" for each in passages]
    name = hashlib.sha256("\0".join([embedder.fingerprint, *texts]).encode()).hexdigest()[:16]
    path = cache / f"vectors-{name}.npy"
    if path.exists():
        return np.asarray(np.load(path), dtype=np.float32)
    found: list[list[float]] = []
    with progress("embedding passages", len(texts)) as advance:
        for at in range(0, len(texts), _AT_ONCE):
            batch = texts[at : at + _AT_ONCE]
            found += await embedder.embed_documents(batch)
            advance(len(batch))
    vectors = np.asarray(found, dtype=np.float32)
    np.save(path, vectors)
    return vectors


def _in_turn(lists: Sequence[Sequence[str]]) -> list[str]:
    """Return the items of all lists, one of each list in turn."""
    turns = chain.from_iterable(zip_longest(*lists))
    return [item for item in turns if item is not None]
