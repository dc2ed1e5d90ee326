"""Renders selected units as an answer, each with the marker of its passage."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import pairwise

from ragline.contracts.queries import Passage
from ragline_generator.extractive.brackets import balanced
from ragline_generator.extractive.openings import without_connective
from ragline_generator.extractive.selection import Selection, says_enough
from ragline_generator.passages import readable
from ragline_generator.passages.context import Excerpt
from ragline_generator.passages.document_link import document_link
from ragline_generator.passages.ranking import Ranked
from ragline_generator.passages.sentences import sentences
from ragline_generator.passages.signatures import is_signature
from ragline_generator.passages.units import LineKind, split

# Where the text of a step ends and its nested code or list begins
_NESTED = re.compile(r"\n(?=[^\S\n]*+(?:\n|```|~~~|[-*+•]\s|\d{1,3}[.)]\s))")
_FENCE = re.compile(r"^[^\S\n]*+(?:```|~~~)", re.MULTILINE)
_ANNOUNCING = re.compile(r"((?:\s\[\d+\])?):$")
_STOPS = (".", "!", "?", "…", "。", "！", "？")


class Renderer:
    """Collects the pieces of an answer; a passage's marker is its number in order of use.

    `used` is how many markers the answer has before.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        *,
        max_tokens: int,
        count: Callable[[str], int],
        used: int = 0,
    ) -> None:
        self._used_before = used
        self._passages = passages
        self._left = max_tokens
        self._count = count
        self._pieces: list[str] = []
        self._used: list[int] = []

    @property
    def pieces(self) -> tuple[str, ...]:
        """The rendered pieces, in order; joined they are the answer.

        The last one announces nothing.
        """
        *before, last = self._pieces or [""]
        return tuple(filter(None, (*before, _ANNOUNCING.sub(r".\1", last))))

    @property
    def context(self) -> tuple[Excerpt, ...]:
        """The passages used, whole, in order of their markers."""
        used = (self._passages[index] for index in self._used)
        return tuple(Excerpt(passage, split(passage.text)) for passage in used)

    def add(
        self,
        selection: Selection,
        *,
        linked: Collection[str] | None = None,
        link_first: bool = True,
    ) -> None:
        """Render the units of `selection`; with `linked`, with the link to their document.

        The link names the headings that contain a term of `linked` which is not in the title. Where
        it is not to be first, it follows, and only where it leads to an address.
        """
        self._used.append(selection.index)
        passage = self._passages[selection.index]
        marker = f" [{self._used_before + len(self._used)}]"
        first = linked is not None and link_first
        if first:
            self._write(f"{document_link(passage, linked)}{marker}", "\n\n")
        head, before = None, None
        numbers = _numbers(selection.units)
        following = [*selection.units[1:], None]
        for ranked, after in zip(selection.units, following, strict=True):
            kind = ranked.unit.kind
            if kind is LineKind.TABLE_HEAD:
                head = ranked.text
                continue
            number = next(numbers) if kind is LineKind.STEP else ""
            follows = before is not None and _touch(passage, before, ranked)
            text = _rendered(ranked, marker, number, head, follows=follows)
            if after is None:
                text = _last(text, ranked, marker, alone=not self._pieces)
            if text.endswith(":") and not _is_listed(after):
                # code that follows has no place for a marker, so the marker goes here
                text = f"{text[:-1]}{marker}:"
            if before is None and kind is LineKind.CODE and not first:
                text = f"{document_link(passage)}{marker}:\n\n{text}"
            self._write(text, _separator(before, ranked))
            before = ranked
        if linked is not None and passage.url and not first:
            self._write(f"{document_link(passage, linked)}{marker}", "\n\n")

    def _write(self, text: str, separator: str) -> None:
        if not text:  # for example an image or a tag without text
            return
        cost = self._count(text)
        if self._pieces and cost > self._left:
            self._left = 0
            return
        self._pieces.append(f"{separator}{text}" if self._pieces else text)
        self._left -= cost


def _numbers(units: Sequence[Ranked]) -> Iterator[str]:
    """Yield the marks of the steps: the source's numbers if they ascend; a dash for a lone step."""
    own = [readable.step_number(r.text) for r in units if r.unit.kind is LineKind.STEP]
    counted = [number for number in own if number is not None]
    if len(own) == 1 and counted != [1]:
        return iter(("-",))
    if len(counted) == len(own) and all(a < b for a, b in pairwise(counted)):
        return (f"{number}." for number in counted)
    return (f"{number}." for number in range(1, len(own) + 1))


def _touch(passage: Passage, before: Ranked, ranked: Ranked) -> bool:
    """Tell whether a unit follows the one before it in the text, too."""
    return not passage.text[before.unit.end : ranked.unit.start].strip()


def _rendered(ranked: Ranked, marker: str, number: str, head: str | None, *, follows: bool) -> str:
    match ranked.unit.kind:
        case LineKind.CODE:
            return readable.code_block(ranked.text)
        case LineKind.HEADING:
            return f"{readable.heading(ranked.text)}{marker}"
        case LineKind.STEP | LineKind.ITEM if number or _FENCE.search(ranked.text):
            return _step(ranked.text, f"{number or '-'} ", marker)
        case LineKind.ITEM:
            return f"- {balanced(readable.sentence(readable.list_item(ranked.text)))}{marker}"
        case LineKind.TABLE_ROW:
            return f"- {readable.table_row(head, ranked.text)}{marker}"
        case _:
            return _prose(_said(ranked.text, follows=follows), marker)


def _last(text: str, ranked: Ranked, marker: str, *, alone: bool) -> str:
    """Return a last unit that announces nothing: without its colon, or empty if it says little."""
    if not text.endswith(":"):
        return text
    if says_enough(ranked.text):
        return f"{text[:-1]}{marker}."
    return text if alone else ""


def _said(source: str, *, follows: bool) -> str:
    if is_signature(source):
        return f"`{source}`:"
    text = balanced(readable.sentence(source))
    return text if follows else without_connective(text)


def _prose(text: str, marker: str) -> str:
    """Mark each sentence: one unit of the source may be several sentences without its markup."""
    if text.endswith(":"):
        return text
    return " ".join(f"{text[start:end]}{marker}" for start, end in sentences(text, 0, len(text)))


def _step(source: str, number: str, marker: str) -> str:
    own, *nested = _NESTED.split(readable.list_item(source), maxsplit=1)
    first = f"{number}{readable.sentence(own)}{marker}"
    if not nested:
        return first
    return f"{first}\n{textwrap.indent(readable.nested(nested[0]), '   ')}"


def _is_listed(ranked: Ranked | None) -> bool:
    """Whether a unit is part of a list, where each entry has its own marker."""
    return ranked is not None and ranked.unit.kind in (
        LineKind.ITEM,
        LineKind.STEP,
        LineKind.TABLE_HEAD,
    )


def _separator(before: Ranked | None, ranked: Ranked) -> str:
    if before is None:
        return "\n\n"
    kinds = (before.unit.kind, ranked.unit.kind)
    if kinds == (LineKind.PROSE, LineKind.PROSE) and before.text.endswith(_STOPS):
        return " "
    in_list = kinds[0] is kinds[1] and kinds[0] in (
        LineKind.ITEM,
        LineKind.STEP,
        LineKind.TABLE_ROW,
    )
    return "\n" if in_list else "\n\n"
