"""Embeds each distinct chunk text once: from the cache if it is there, else by the model."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ragline.ports.models import Embedder, EmbeddingCache
from ragline_ingestor.tenant_line import TenantLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Embeddings:
    """Vectors by text, and how many came from the cache and from the model."""

    vectors: Mapping[str, Sequence[float]]
    computed: int
    cached: int


class CachedEmbedder:
    """Embeds in batches through a cache.

    A document's batches run one after another, so a huge one does not hold the tensors of all its
    texts at once, and each waits in `line`, so that it does not hold other documents up either.
    Vectors are kept as 4-byte floats.
    """

    def __init__(
        self, *, embedder: Embedder, cache: EmbeddingCache, batch_size: int, line: TenantLine
    ) -> None:
        self._embedder = embedder
        self._cache = cache
        self._batch_size = batch_size
        self._line = line

    async def embed(self, texts: Sequence[str], *, tenant: str) -> Embeddings:
        """Return the vectors of all `texts`; repeated texts are embedded and counted once."""
        vectors: dict[str, Sequence[float]] = {}
        computed = 0
        for batch in _batches(list(dict.fromkeys(texts)), self._batch_size):
            found = await self._cache.get_many(self._embedder.fingerprint, batch)
            known = {t: v for t, v in zip(batch, found, strict=True) if self._usable(v)}
            missing = [text for text in batch if text not in known]
            fresh = await self._compute(missing, tenant)
            computed += len(missing)
            vectors |= {t: array("f", v) for t, v in (known | fresh).items() if v is not None}
        return Embeddings(vectors=vectors, computed=computed, cached=len(vectors) - computed)

    def _usable(self, vector: Sequence[float] | None) -> bool:
        return vector is not None and len(vector) == self._embedder.dimensions

    async def _compute(self, texts: Sequence[str], tenant: str) -> dict[str, list[float]]:
        if not texts:
            return {}
        async with self._line.turn(tenant):
            vectors = await self._embedder.embed_documents(texts)
        await self._cache.put_many(self._embedder.fingerprint, texts, vectors)
        return dict(zip(texts, vectors, strict=True))


def _batches(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(texts), size):
        yield texts[start : start + size]
