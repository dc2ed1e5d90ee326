"""How two indexes differ: documents of which only one has the version, or others may read it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ragline.ports.inventory import Inventory, Listed

# Both indexes change while they are read, one a little later than the other. What differs for that
# reason differs no more, or differently, at a later look
_LOOKS = 3
_PAUSE_S = 2.0

Key = tuple[str, str]
Pair = tuple[Listed | None, Listed | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexComparison:
    """Documents by tenant in the first and in the second index, and where they differ."""

    documents: Mapping[str, tuple[int, int]]
    differences: Mapping[Key, Pair]

    @property
    def totals(self) -> tuple[int, int]:
        """All documents of the first and of the second index."""
        counts = self.documents.values()
        return sum(one for one, _ in counts), sum(other for _, other in counts)


def differing(
    tenant: str, one: Mapping[str, Listed], other: Mapping[str, Listed]
) -> dict[Key, Pair]:
    """Return the documents of a tenant that are not the same in both, as each has them."""
    return {
        (tenant, name): (one.get(name), other.get(name))
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    }


def lasting(before: Mapping[Key, Pair], now: Mapping[Key, Pair]) -> dict[Key, Pair]:
    """Return the differences that were the same at an earlier look."""
    return {key: pair for key, pair in now.items() if before.get(key) == pair}


def told(key: Key, pair: Pair) -> str:
    """Return a difference as a line for people."""
    one, other = pair
    name = "/".join(key)
    if one is None or other is None:
        has = "only the live index has it" if other is None else "only the new index has it"
        return f"{name}: {has}"
    if one.version != other.version:
        return f"{name}: version {one.version} is live, {other.version} in the new index"
    return f"{name}: readers {_readers(one)} now, {_readers(other)} in the new index"


async def compare(
    one: Inventory,
    other: Inventory,
    *,
    on_tenant: Callable[[int, int], None] = lambda _done, _all: None,
    pause_s: float = _PAUSE_S,
) -> IndexComparison:
    """Compare all documents of two indexes, tenant by tenant, while both change.

    Raises:
        Unavailable: a store is down.
    """
    documents: dict[str, tuple[int, int]] = {}
    differences: dict[Key, Pair] = {}
    tenants = sorted({*await one.tenants(), *await other.tenants()})
    for done, tenant in enumerate(tenants):
        on_tenant(done, len(tenants))
        counts, found = await _look(one, other, tenant)
        for _ in range(_LOOKS - 1):
            if not found:
                break
            await asyncio.sleep(pause_s)
            counts, again = await _look(one, other, tenant)
            found = lasting(found, again)
        documents[tenant] = counts
        differences |= found
    on_tenant(len(tenants), len(tenants))
    return IndexComparison(documents=documents, differences=differences)


async def _look(
    one: Inventory, other: Inventory, tenant: str
) -> tuple[tuple[int, int], dict[Key, Pair]]:
    first, second = await asyncio.gather(one.documents(tenant), other.documents(tenant))
    return (len(first), len(second)), differing(tenant, first, second)


def _readers(listed: Listed) -> str:
    return ", ".join(listed.access) or "all"
