"""Footnotes, endnotes and comments: parts of their own that the text refers to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from docx.opc.part import Part

from ragline_ingestor.parsers.docx.losses import Loss, Losses
from ragline_ingestor.parsers.docx.parts import related, root_of
from ragline_ingestor.parsers.docx.wordml import Element, W


class NoteKind(StrEnum):
    """The kinds of notes; the value is the name of an element, and in the plural of its part."""

    FOOTNOTE = "footnote"
    ENDNOTE = "endnote"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A place that refers to a note: what is written there, and before the note's text."""

    part: Part
    note: Element
    mark: str
    is_first: bool


class Notes:
    """The notes of a file, numbered in the order in which the text refers to them."""

    def __init__(self, main: Part, losses: Losses, *, comments: bool) -> None:
        self._losses = losses
        self._comments = comments
        self._found: dict[tuple[NoteKind, str], tuple[Part, Element]] = {}
        for kind in NoteKind:
            part = related(main, f"{kind}s")
            root = None if part is None else root_of(part)
            if part is None or root is None:
                continue
            for note in root.iter(f"{W}{kind}"):
                self._found[kind, str(note.get(f"{W}id"))] = part, note
        self._numbers: dict[tuple[NoteKind, str], int] = {}

    def refer(self, kind: NoteKind, note_id: str) -> Reference | None:
        """Return the note that the text refers to here; None for one that is left out."""
        if kind is NoteKind.COMMENT and not self._comments:
            self._losses.add(Loss.COMMENT)
            return None
        found = self._found.get((kind, note_id))
        if found is None:
            self._losses.add(Loss.NOTE)
            return None
        part, note = found
        is_first = (kind, note_id) not in self._numbers
        counted = len(self._numbers) + 1
        number = self._numbers.setdefault((kind, note_id), counted)
        mark = _author(note) if kind is NoteKind.COMMENT else f"[{number}]"
        return Reference(part=part, note=note, mark=mark, is_first=is_first)


def _author(comment: Element) -> str:
    author = str(comment.get(f"{W}author", "")).strip()
    return f"Comment ({author}):" if author else "Comment:"
