"""What running processes say of themselves: told by each, read by who compares them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from pydantic import AwareDatetime

from ragline.contracts.base import Contract, Message, Name
from ragline.contracts.indexes import IndexName


class ProcessNote(Contract):
    """What one process says; `at` is when: by the store's clock, once the note is there."""

    service: Name
    instance: Name
    at: AwareDatetime


class EmbeddedIndex(Contract):
    """An index as a process uses it: the store's collection, and the identity of its vectors."""

    name: IndexName
    collection: Name
    fingerprint: Message


class Presence(ProcessNote):
    """That a process runs: of which release, and with which index if it embeds."""

    version: Name
    index: EmbeddedIndex | None = None


NoteT = TypeVar("NoteT", bound=ProcessNote)


class NoteBoard(Protocol[NoteT]):
    """Keeps the last note of each process; those of processes that ended are forgotten.

    Raises:
        Unavailable: the store of the notes is down.
    """

    async def note(self, note: NoteT) -> None:
        """Replace what a process has noted before."""
        ...

    async def recent(self) -> Sequence[NoteT]:
        """Return what processes that live have noted last."""
        ...
