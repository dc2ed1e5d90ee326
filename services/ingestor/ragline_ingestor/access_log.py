"""Who may read a document, kept on `document-access`, where compaction does not remove it.

A version that does not state its access leaves that of an earlier one in force. But of a document
the log keeps the last version alone, so an index made from it would not know. The ingestor knows,
and repeats what is in force on `document-access`, keyed like the document, once for each statement.
"""

from __future__ import annotations

from typing import Protocol

from ragline.contracts.documents import DocumentAccessChanged, DocumentChanged, DocumentTombstone
from ragline.ports.store import DocumentRef, FencedStore, StoredDocument, WriteResult

Change = DocumentChanged | DocumentAccessChanged


class Record(Protocol):
    """Puts a statement on `document-access`."""

    async def __call__(self, event: DocumentAccessChanged, /) -> None:
        """Return when the broker has stored `event`."""
        ...


class AccessLog:
    """Applies statements about who may read, and records those that came with content.

    The store tells what is recorded: it is what was set by itself, for that is read from
    `document-access`. So a statement is recorded before the store holds it as set by itself; a
    crash in between repeats the record. The topic ends with the statement in force, in whatever
    order statements arrive: whoever reads one from it that is no longer in force records the one
    that is. Each such record is of a higher version than the one before, so there are few.

    Args:
        store: holds what is in force.
        record: puts a statement on the topic.
        everything: whether to record also what the store holds as set by itself; once after an
            upgrade from a release that set access by itself without recording it.
    """

    def __init__(self, *, store: FencedStore, record: Record, everything: bool = False) -> None:
        self._store = store
        self._record = record
        self._everything = everything

    async def change(self, event: DocumentAccessChanged) -> WriteResult:
        """Apply a statement that came by itself.

        Raises:
            Unavailable: the store is down.
        """
        ref = ref_of(event)
        if event.recorded:
            stored = await self._store.current(ref)
            if stored is not None and stored.access_order > (event.version, False):
                await self._correct(event, stored)
                return WriteResult.SUPERSEDED
        result = await self._store.set_access(ref, version=event.version, access=event.access)
        if result is WriteResult.SUPERSEDED and (stored := await self._store.current(ref)):
            await self._correct(event, stored)
        return result

    async def note(self, event: DocumentChanged, before: StoredDocument | None) -> None:
        """Record what is in force after `event` was written over what was stored `before`."""
        if (statement := self._unrecorded(event, before)) is not None:
            await self._record(statement)

    async def keep(self, event: DocumentChanged, before: StoredDocument | None) -> None:
        """Record what is in force, and apply it if `event` states it: its content is not written.

        Raises:
            Unavailable: the store is down.
        """
        await self.note(event, before)
        if event.access is not None and _is_in_force(event, before):
            await self._store.set_access(ref_of(event), version=event.version, access=event.access)

    async def keep_narrower(self, event: DocumentChanged, before: StoredDocument | None) -> None:
        """Keep what a change states that cannot be written now, unless it opens what is stored.

        A later version that does not state its access may be written before this one is tried
        again, or after it failed for good. If it opened the stored content to others, they would
        see what the publisher meant to replace.

        Raises:
            Unavailable: the store is down.
        """
        if event.access is not None and not _opens(event.access, before):
            await self.keep(event, before)

    def _unrecorded(
        self, event: DocumentChanged, before: StoredDocument | None
    ) -> DocumentAccessChanged | None:
        if event.access is not None and _is_in_force(event, before):
            return _statement(event, event.version, event.access)
        if before is None or before.access_version < 0:
            return None
        if before.access_by_event and not self._everything:
            return None
        return _statement(event, before.access_version, before.access)

    async def _correct(self, event: DocumentAccessChanged, stored: StoredDocument) -> None:
        """Record what is in force after `event`, which is not, if the topic would forget it."""
        same = set(stored.access) == set(event.access)
        if stored.access_version > event.version or not same:
            await self._record(_statement(event, stored.access_version, stored.access))


def ref_of(event: Change | DocumentTombstone) -> DocumentRef:
    """Return the identity of the document that changed."""
    return DocumentRef(tenant=event.tenant, document_id=event.document_id)


def _statement(event: Change, version: int, access: tuple[str, ...]) -> DocumentAccessChanged:
    return DocumentAccessChanged(
        tenant=event.tenant,
        document_id=event.document_id,
        version=version,
        access=access,
        recorded=True,
    )


def _is_in_force(event: DocumentChanged, before: StoredDocument | None) -> bool:
    """Tell whether the access of `event` wins; at one version a statement by itself does."""
    return before is None or (event.version, False) >= before.access_order


def _opens(access: tuple[str, ...], before: StoredDocument | None) -> bool:
    """Tell whether `access` would show stored content to somebody who may not read it now."""
    if before is None or before.version < 0 or before.gone or not before.access:
        return False
    return not access or not set(access) <= set(before.access)
