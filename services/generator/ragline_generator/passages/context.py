"""The context of an answer: passages reduced to their relevant units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ragline.contracts.queries import Passage
from ragline_generator.passages.units import Unit

# Table rows and headings stay on separate lines of the excerpt where they are in the source
GAP, LINE_GAP = " […] ", "\n[…]\n"
# White space, rules and table borders: omitting them leaves no gap for the reader
_DRAWN = re.compile(r"[\s+|=*_-]*")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The kept units of a passage, in order; their offsets are in `passage.text`."""

    passage: Passage
    units: tuple[Unit, ...]

    @property
    def text(self) -> str:
        """The kept text as in the source, with a gap sign where text was left out."""
        source, parts = self.passage.text, []
        for unit, previous in zip(self.units, (None, *self.units), strict=False):
            if previous is not None:
                parts.append(_between(source[previous.end : unit.start]))
            parts.append(source[unit.start : unit.end])
        return "".join(parts)

    def slice(self, unit: Unit) -> str:
        """Return the unit's text."""
        return self.passage.text[unit.start : unit.end]


def _between(left_out: str) -> str:
    if _DRAWN.fullmatch(left_out):
        return left_out
    return LINE_GAP if "\n" in left_out else GAP


# Excerpts best first; the marker of an excerpt is its position, from 1
Context = Sequence[Excerpt]


_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}$")
_JOINTS = re.compile(r"[\s_.%-]+")


def file_words(document_id: str) -> str:
    """Return the words of a document's file name: readers ask for a file by its name.

    >>> file_words("handbook/travel-rules.docx")
    'travel rules'
    """
    name = document_id.rstrip("/").rsplit("/", 1)[-1]
    return _JOINTS.sub(" ", _SUFFIX.sub("", name))


def label(passage: Passage) -> str:
    """Return the location of a passage: title and heading path, as one line."""
    return " > ".join(passage.headings)
