"""Which process has which index open: told by those who search, read by who changes the indexes."""

from __future__ import annotations

from typing import Annotated, Protocol

from pydantic import Field

from ragline.contracts import bounds
from ragline.contracts.base import Message
from ragline.contracts.indexes import IndexName
from ragline.ports.process_notes import NoteBoard, ProcessNote


class IndexUse(ProcessNote):
    """What one process has open.

    `answers` is the index that new questions in it are answered from, `opened` are all that it
    could turn to at once. `revision` is that of the indexes that it has heard of. `problem` says
    why it cannot open an index that it should.
    """

    answers: IndexName
    opened: Annotated[tuple[IndexName, ...], Field(max_length=bounds.INDEXES)]
    revision: int
    problem: Message | None = None


class IndexUses(NoteBoard[IndexUse], Protocol):
    """Notes and returns what processes have open."""
