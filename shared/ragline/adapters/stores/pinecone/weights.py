"""How much each word of a question counts, estimated from a sample of the tenant's chunks.

Pinecone multiplies what it is given and knows no frequencies of words. So a word's weight comes
from the share of chunks that hold it in one page of them, at most `_SAMPLE`, which is all that a
small tenant has. It is looked up again from time to time; a stale one only shifts the order.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from ragline.adapters.stores.bm25 import weight
from ragline.adapters.stores.pinecone.namespace import Namespace
from ragline.adapters.stores.pinecone.schema import SPARSE
from ragline.adapters.stores.pinecone.scope import CHUNK
from ragline.adapters.stores.sparse import term_id
from ragline.clock import Monotonic

# chunks of at most 1,000 words with 18 bytes each: below the 4 MB of one response
_SAMPLE = 200
_KEPT_S = 600.0
# a sample that is all there is: the tenant is small, and may just be filled
_WHOLE_KEPT_S = 10.0
_TENANTS = 256


@dataclass(frozen=True, slots=True)
class _Sample:
    chunks: int
    found_in: Counter[int]
    taken_at: float

    def is_fresh(self, now: float) -> bool:
        kept_s = _KEPT_S if self.chunks >= _SAMPLE else _WHOLE_KEPT_S
        return now - self.taken_at < kept_s


class TermWeights:
    """Estimates the weights of terms (idf), and keeps the samples of some tenants."""

    def __init__(self, clock: Monotonic = time.monotonic) -> None:
        self._clock = clock
        self._samples: OrderedDict[str, _Sample] = OrderedDict()

    async def of(self, namespace: Namespace, terms: Iterable[str]) -> dict[str, float]:
        """Return the weight of each term, above 0; one that no sampled chunk holds weighs most."""
        sample = self._samples.get(namespace.name)
        if sample is None or not sample.is_fresh(self._clock()):
            sample = await self._take(namespace)
        return {term: weight(sample.chunks, sample.found_in[term_id(term)]) for term in terms}

    async def _take(self, namespace: Namespace) -> _Sample:
        records = await namespace.sample({"kind": {"$eq": CHUNK}}, [SPARSE], _SAMPLE)
        found_in = Counter(
            index for each in records for index in (each.get(SPARSE) or {}).get("indices", ())
        )
        sample = _Sample(len(records), found_in, self._clock())
        self._samples[namespace.name] = sample
        self._samples.move_to_end(namespace.name)
        if len(self._samples) > _TENANTS:
            self._samples.popitem(last=False)
        return sample
