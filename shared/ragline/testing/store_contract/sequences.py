"""Sequences of events, checked against a model with three rules."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ragline.adapters.stores.opening import Store
from ragline.testing.store_contract.builders import TENANT, StoreCase, document, ref, scope, seen

GROUPS = ("staff", "ops")
Kind = Literal["upsert", "delete", "access"]


@dataclass(frozen=True, slots=True)
class Change:
    """One event. `access` is null if not stated (never for an access event)."""

    kind: Kind
    version: int
    access: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """The state after a set of events, which does not depend on their order."""

    version: int
    gone: bool
    access: tuple[str, ...]


def expected(changes: Sequence[Change]) -> Expected:
    """Return the state that `changes` must lead to.

    The highest version wins; at one version a deletion wins over content. Access is that of the
    highest version that states it; at one version an access event wins over content.
    """
    content = [(c.version, c.kind == "delete") for c in changes if c.kind != "access"]
    version, gone = max(content, default=(-1, False))
    stated = [(c.version, c.kind == "access", c.access) for c in changes if c.access is not None]
    return Expected(version, gone, max(stated, default=(-1, False, ()))[2])


async def apply(store: Store, change: Change, tenant: str = TENANT) -> None:
    """Send one event to the store, about the document `guide` of `tenant`."""
    target, version = ref(tenant=tenant), change.version
    if change.kind == "upsert":
        stored = document(version=version, texts=["x"], access=change.access, tenant=tenant)
        await store.upsert(stored)
    elif change.kind == "delete":
        await store.delete(target, version=version)
    else:
        await store.set_access(target, version=version, access=change.access or ())


async def check(store: Store, want: Expected, tenant: str = TENANT, *, chunks: int = 1) -> None:
    """Assert that store and readers are in the state `want`, with this number of chunks."""
    stored = await store.current(ref(tenant=tenant))
    assert stored is not None
    assert (stored.version, stored.gone, stored.access) == (want.version, want.gone, want.access)
    whole = [("guide", want.version, ordinal) for ordinal in range(chunks)]
    present = want.version >= 0 and not want.gone
    for group in ("", *GROUPS):
        allowed = present and (not want.access or group in want.access)
        within = scope((group,) if group else (), tenant=tenant)
        assert await seen(store, within) == (whole if allowed else [])


async def run(store: Store, changes: Sequence[Change], tenant: str = TENANT) -> None:
    """Send `changes` in order; the state must be right after each."""
    for count, change in enumerate(changes, start=1):
        await apply(store, change, tenant)
        await check(store, expected(changes[:count]), tenant)


_STORY = (
    Change("upsert", 1, ("staff",)),
    Change("access", 2, ("ops",)),
    Change("delete", 3),
    Change("upsert", 4),
)


class SequenceContract(StoreCase):
    """Events out of order and repeated."""

    async def test_every_order_of_a_documents_life_ends_the_same(self, store: Store) -> None:
        for n, order in enumerate(itertools.permutations(_STORY)):
            await run(store, order, tenant=f"order-{n}")

    async def test_repeats_in_between_change_nothing(self, store: Store) -> None:
        await run(store, [*_STORY[:3], *_STORY[:2], *_STORY, *_STORY[::-1]])
