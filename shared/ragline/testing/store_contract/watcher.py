"""Checks what a reader sees while writers of one document are half-way."""

from __future__ import annotations

from dataclasses import dataclass, field

from ragline.adapters.stores.opening import SourceReader, Store
from ragline.errors import Unavailable
from ragline.ports.store import WriteResult
from ragline.testing.store_contract.builders import document, ref, scope, seen
from ragline.testing.store_contract.sequences import GROUPS, Change, expected

_MOST_CHUNKS = 3


async def apply(store: Store, change: Change, tenant: str) -> WriteResult:
    """Send one event to the store; versions differ in how many chunks they have."""
    target, version = ref(tenant=tenant), change.version
    if change.kind == "upsert":
        texts = [f"v{version} part {n}" for n in range(chunks_of(version))]
        return await store.upsert(
            document(version=version, texts=texts, access=change.access, tenant=tenant)
        )
    if change.kind == "delete":
        return await store.delete(target, version=version)
    return await store.set_access(target, version=version, access=change.access or ())


def chunks_of(version: int) -> int:
    """Return how many chunks a version has: neighbours differ, so that a mixture is detected."""
    return 1 + version % _MOST_CHUNKS


@dataclass
class Watcher:
    """A reader that checks the store between the steps."""

    store: Store
    sources: SourceReader
    tenant: str
    changes: list[Change] = field(default_factory=list)
    _ended: list[Change] = field(default_factory=list)
    _newest_seen: int = -1

    def begun(self, change: Change) -> None:
        """Note that a writer has begun with an event."""
        self.changes.append(change)

    def ended(self, change: Change) -> None:
        """Note that a writer has finished an event."""
        self._ended.append(change)

    async def look(self) -> None:
        """Assert that readers see one whole version, not older than any version seen or finished.

        Seeing nothing is accepted only if an event in flight may have removed it for them.
        """
        for group in ("", *GROUPS):
            found = await seen(self.store, scope((group,) if group else (), tenant=self.tenant))
            readable = [not access or group in access for access in self._possible_access()]
            if found:
                self._check_versions(found)
                assert any(readable), f"{group or 'nobody'} sees {found}"
            else:
                assert not (self._stands() and all(readable)), f"{group or 'nobody'} sees nothing"
            await self._open((group,) if group else (), found)

    async def _open(self, groups: tuple[str, ...], found: list[tuple[str, int, int]]) -> None:
        """Assert that opening the document returns exactly what searches find."""
        try:
            source = await self.sources.read(ref(tenant=self.tenant), groups=groups)
        except Unavailable:
            assert len(self._ended) < len(self.changes), "nobody changes it"
            return
        whole = [("guide", source.version, n) for n in range(len(source.parts))] if source else []
        assert found == whole

    def _check_versions(self, found: list[tuple[str, int, int]]) -> None:
        (version,) = {version for _, version, _ in found}
        assert [ordinal for *_, ordinal in found] == list(range(chunks_of(version))), found
        assert version >= self._newest_seen, f"v{version} after v{self._newest_seen}"
        self._newest_seen = version
        done = expected(self._ended)
        assert (version, False) >= (done.version, done.gone), f"v{version} after {done}"

    def _stands(self) -> bool:
        """Return whether a version must be visible, whatever is in flight."""
        done = expected(self._ended)
        deletes = (c.version for c in self.changes if c.kind == "delete")
        return done.version >= 0 and not done.gone and all(v < done.version for v in deletes)

    def _possible_access(self) -> list[tuple[str, ...]]:
        """Return who may read according to finished events, and to each event in flight."""
        stated = [(c.version, c.kind == "access", c.access) for c in self.changes]
        ended = [(c.version, c.kind == "access", c.access) for c in self._ended]
        none: tuple[int, bool, tuple[str, ...] | None] = (-1, False, ())
        least = max((s for s in ended if s[2] is not None), default=none)
        possible = [least, *(s for s in stated if s[2] is not None and s[:2] >= least[:2])]
        return [access or () for *_, access in possible]
