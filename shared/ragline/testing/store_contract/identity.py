"""The collection remembers which embedding model filled it."""

from __future__ import annotations

import asyncio

import pytest

from ragline.errors import FingerprintMismatch
from ragline.testing.store_contract.builders import (
    DIMENSIONS,
    OpenStore,
    document,
    documents_seen,
)


class IdentityContract:
    """Creating and reopening a collection, and opening it with the wrong model."""

    async def test_what_is_stored_outlives_the_client(self, open_store: OpenStore) -> None:
        async with open_store() as store:
            await store.upsert(document())
        async with open_store() as store:
            assert await documents_seen(store) == {"guide"}

    async def test_another_model_is_refused_with_what_to_do(self, open_store: OpenStore) -> None:
        async with open_store():
            pass
        with pytest.raises(
            FingerprintMismatch, match=r"other-model.*replaying the documents topic"
        ):
            async with open_store(fingerprint="other-model"):
                pass

    async def test_other_dimensions_are_refused(self, open_store: OpenStore) -> None:
        async with open_store():
            pass
        with pytest.raises(FingerprintMismatch):
            async with open_store(dimensions=DIMENSIONS + 1):
                pass

    async def test_services_that_start_together_make_one_collection(
        self, open_store: OpenStore
    ) -> None:
        async def use(name: str) -> None:
            async with open_store() as store:
                await store.upsert(document(name))

        await asyncio.gather(*(use(f"d{n}") for n in range(6)))
        async with open_store() as store:
            assert await documents_seen(store) == {f"d{n}" for n in range(6)}
