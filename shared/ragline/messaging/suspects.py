"""Which record kills its worker, the pure logic: what a partition's commits say, and its suspects.

Each commit of a partition carries a note in its metadata, so nothing else has to be stored or
asked. An owner notes that it holds the partition, and at an orderly end that it does not any more.
Who finds a partition held by somebody else knows that its owner died. What was in work at the
first death is not known; of the second life, how far it went; after the second death the suspects
run one by one, each alone in its process and named in the note before it starts. So the third
death convicts the record that was in work, and no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

Place = TypeVar("Place")

_DEATHS_BEFORE_TRIAL = 2


class Note(BaseModel):
    """What a commit says. Offsets are those of its partition.

    `held`: somebody works on the partition. `deaths`: how many of its owners died with a suspect in
    work. `until`: the end of the suspects. `reach`: the last owner started none from here on, as
    long as there are suspects. `alone`: the record that is in work, alone in its process.
    `condemned`: the record that has killed its workers and is not stored as a dead letter yet.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    held: bool = False
    deaths: int = 0
    until: int = 0
    reach: int = 0
    alone: int | None = None
    condemned: int | None = None

    def text(self) -> str:
        """Return the commit's metadata."""
        return self.model_dump_json(exclude_defaults=True)


def read_note(metadata: str) -> Note:
    """Return the note in a commit's metadata; that of another program says nothing."""
    try:
        return Note.model_validate_json(metadata)
    except ValidationError:
        return Note()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A partition at its assignment: the group's offset, the topic's end, and the last note."""

    committed: int
    end: int
    note: Note


class Start(StrEnum):
    """How a record may be started."""

    FREELY = "freely"
    NOTED = "noted"  # after a commit with the note
    ALONE = "alone"  # after a commit with the note, and alone in its process
    NEVER = "never"


class Suspects:
    """The suspects of one partition while one owner has it.

    Args:
        note: what the owner notes at its assignment.
        stretch: offsets that one note covers in the second life.
        most: records behind the committed offset that can have been in work when an owner died.
    """

    def __init__(self, note: Note, *, stretch: int, most: int) -> None:
        self.note = note
        self._stretch = stretch
        self._left = most

    def start(self, offset: int) -> Start:
        """Say how a record may be started, and note it; offsets come in ascending order."""
        note = self.note
        if offset == note.condemned:
            return Start.NEVER
        if not note.deaths or offset >= note.until:
            return Start.FREELY
        if note.deaths >= _DEATHS_BEFORE_TRIAL:
            self.note = _with(note, alone=offset)
            return Start.ALONE
        self._left -= 1
        if self._left < 0:
            self.note = _with(note, until=offset)
            return Start.FREELY
        if offset < note.reach:
            return Start.FREELY
        self.note = _with(note, reach=offset + self._stretch)
        return Start.NOTED

    def ended(self) -> None:
        """Note that the record that ran alone has ended, whatever became of it."""
        self.note = _with(self.note, alone=None)

    def passed(self, committable: int) -> None:
        """Note that all records below `committable` are finished."""
        self.note = _passed(self.note, committable)


def taken_over(found: Mapping[Place, Found]) -> dict[Place, Note]:
    """Return the notes with which an owner begins its partitions.

    When one record is convicted, that explains the deaths: the other partitions begin anew.
    """
    notes = {partition: _taken_over(each) for partition, each in found.items()}
    convicted = any(
        note.condemned is not None and note.condemned != found[partition].note.condemned
        for partition, note in notes.items()
    )
    if convicted:
        return {partition: _without_deaths(note) for partition, note in notes.items()}
    return notes


def released(note: Note) -> Note:
    """Return the note of an orderly end."""
    return _with(note, held=False, alone=None)


def _taken_over(found: Found) -> Note:
    committed, end = found.committed, found.end
    note = _passed(found.note, committed)
    begun = _with(note, held=True, alone=None)
    if begun.deaths:
        begun = _with(begun, until=min(note.until, end), reach=committed)
    if not note.held or committed >= end:
        return begun
    if note.deaths == 0:
        return _with(begun, deaths=1, until=end, reach=committed)
    if note.deaths < _DEATHS_BEFORE_TRIAL:
        until = min(note.until, note.reach, end)
        # else it died before it started a suspect
        return _with(begun, deaths=note.deaths + 1, until=until) if until > committed else begun
    if note.alone is None:
        return begun
    return _without_deaths(_with(begun, condemned=note.alone))


def _passed(note: Note, committed: int) -> Note:
    if note.deaths and committed >= note.until:
        note = _without_deaths(note)
    if note.alone is not None and committed > note.alone:
        note = _with(note, alone=None)
    if note.condemned is not None and committed > note.condemned:
        note = _with(note, condemned=None)
    return note


def _without_deaths(note: Note) -> Note:
    return _with(note, deaths=0, until=0, reach=0)


def _with(note: Note, **changed: int | None) -> Note:
    return note.model_copy(update=changed)
