"""Rebuilds headings, paragraphs, lists and tables from the parts of PDF pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import median

import regex

from ragline_ingestor.document import BlockKind
from ragline_ingestor.parsers.builder import TextBuilder
from ragline_ingestor.parsers.pdf.grids import Grid
from ragline_ingestor.parsers.pdf.hyphens import LineJoiner
from ragline_ingestor.parsers.pdf.lines import PdfLine
from ragline_ingestor.parsers.pdf.regions import Region

_NUMBERED_HEADING = regex.compile(r"(?<!\d)(?<!\d\.)\d++(?:\.\d++)*+\.?+\s++")
_SENTENCE_END = tuple(".!?:;…。！？؟")
_ITEM = regex.compile(r"(?:[-*•‣▪–●◦➢✓]|\(?\d{1,3}[.)]|\(?\p{L}[.)])\s+\S")
_MAX_HEADING_CHARS = 120
# text in a font this much larger than the body's is a heading
_HEADING_SCALE = 1.15
# without an outline the font size determines the level
_SCALES = ((1.6, 1), (1.35, 2), (_HEADING_SCALE, 3))
_PLAIN_LEVEL = 4
# shares of the width of a column: a line this much shorter ends its paragraph after a sentence,
# and this much shorter in any case if the next one begins anew
_SHORT_LINE = 0.8
_VERY_SHORT_LINE = 0.6
_FEW_LINES = 3
# font sizes from one line to the next of a paragraph unless the document has more, with what a
# paragraph has more than its lines; and of a heading
_LEADING = 1.65
_PARAGRAPH = 1.25
_HEADING_LEADING = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ProseStyle:
    """The prose of a document: its font size in points, and from one line to the next in sizes."""

    size: float
    bold: bool
    leading: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    line: PdfLine
    region: Region

    def is_at_least(self, share: float) -> bool:
        """Tell whether the line reaches so far to the right in its column."""
        width = self.region.right - self.region.left
        return self.line.right - self.region.left >= share * width


class BlockWriter:
    """Adds the parts of pages, in reading order, to a document.

    A heading is a line that the outline names, or a short line in a larger or bold font.

    Args:
        builder: takes the blocks.
        join: joins lines.
        outline: the level of each heading by its text; empty if the file does not say.
        titles: other lines that are headings.
        body: what the document's prose looks like.
    """

    def __init__(
        self,
        builder: TextBuilder,
        join: LineJoiner,
        *,
        outline: Mapping[str, int],
        titles: Collection[str],
        body: ProseStyle,
    ) -> None:
        self._builder = builder
        self._join = join
        self._outline = outline
        self._titles = titles
        self._size, self._bold = body.size, body.bold
        self._leading = max(_LEADING, _PARAGRAPH * body.leading)
        self._paragraph: list[_Placed] = []
        self._grid: Grid | None = None
        self._heading: tuple[int, list[PdfLine]] | None = None

    def add(self, parts: Iterable[Region | Grid]) -> None:
        """Add the parts of one page, or of a text that stands in its own direction."""
        for part in parts:
            if isinstance(part, Grid):
                self._add_grid(part)
                continue
            for line in part.lines:
                self._add_line(_Placed(line=line, region=part))

    def finish(self) -> None:
        """Add what was still open."""
        self._end_paragraph()
        self._end_heading()
        self._end_grid()

    def _add_grid(self, grid: Grid) -> None:
        self._end_paragraph()
        self._end_heading()
        if self._grid is not None and self._grid.width == grid.width:
            grid = self._grid.followed_by(grid)
            self._grid = None
        self._end_grid()
        self._grid = grid

    def _add_line(self, placed: _Placed) -> None:
        self._end_grid()
        level = self._level(placed.line)
        if level:
            self._end_paragraph()
            self._add_heading(placed.line, level)
            return
        self._end_heading()
        if self._paragraph and self._begins(self._paragraph[-1], placed):
            self._end_paragraph()
        self._paragraph.append(placed)

    def _add_heading(self, line: PdfLine, level: int) -> None:
        if self._heading is not None:
            before = self._heading[1][-1]
            pitch = line.baseline - before.baseline
            is_next = self._heading[0] == level and abs(before.size - line.size) < 0.5
            if is_next and 0 < pitch <= _HEADING_LEADING * line.size and not self._outline:
                self._heading[1].append(line)
                return
        self._end_heading()
        self._heading = level, [line]

    def _begins(self, last: _Placed, placed: _Placed) -> bool:
        """Tell whether a paragraph or an item begins at `placed`."""
        before, line = last.line, placed.line
        if _ITEM.match(line.text):
            return True
        if _differs(before, line):
            return True
        is_same = last.region is placed.region
        pitch = line.baseline - before.baseline
        if is_same and pitch > self._leading * max(before.size, line.size):
            return True
        if before.text.endswith(_SENTENCE_END):
            # a single line always fills its region
            is_alone = not is_same and len(last.region.lines) < _FEW_LINES
            return is_alone or not last.is_at_least(_SHORT_LINE)
        is_new = not line.text[:1].islower()
        return is_new and not last.is_at_least(_VERY_SHORT_LINE)

    def _level(self, line: PdfLine) -> int:
        """Return the heading level of a line, 0 for none."""
        text = line.text
        if len(text) > _MAX_HEADING_CHARS:
            return 0
        bare = _NUMBERED_HEADING.sub("", text, count=1)
        if level := self._outline.get(text) or self._outline.get(bare):
            return level
        if self._outline or not any(map(str.isalnum, text)):
            return 0
        scale = line.size / self._size if self._size else 1.0
        by_size = next((level for least, level in _SCALES if scale >= least), 0)
        if by_size:
            return by_size
        is_bold = line.bold and not self._bold and scale > 0.95
        is_title = text in self._titles or is_bold
        return _PLAIN_LEVEL if is_title and not text.endswith((*_SENTENCE_END, ",")) else 0

    def _end_heading(self) -> None:
        if self._heading is not None:
            level, lines = self._heading
            text = self._join.all([line.text for line in lines])
            self._builder.add(BlockKind.HEADING, text, level=level)
        self._heading = None

    def _end_paragraph(self) -> None:
        text = self._join.all([placed.line.text for placed in self._paragraph])
        self._paragraph.clear()
        self._builder.add(BlockKind.LIST if _ITEM.match(text) else BlockKind.PARAGRAPH, text)

    def _end_grid(self) -> None:
        if self._grid is not None:
            self._builder.add(BlockKind.TABLE, self._grid.text(self._join))
        self._grid = None


def body_of(pages: Sequence[Sequence[PdfLine]]) -> ProseStyle:
    """Return what half of the characters on pages of lines look like."""
    lines = [line for page in pages for line in page]
    chars: Counter[float] = Counter()
    for line in lines:
        chars[line.size] += len(line.text)
    total = sum(chars.values())
    counted = accumulate(chars[size] for size in sorted(chars))
    sizes = zip(sorted(chars), counted, strict=True)
    bold = sum(len(line.text) for line in lines if line.bold)
    pitches = [
        (below.baseline - above.baseline) / max(above.size, below.size)
        for page in pages
        for above, below in pairwise(page)
    ]
    return ProseStyle(
        size=next((size for size, count in sizes if 2 * count >= total), 0.0),
        bold=2 * bold > total,
        leading=median(pitches) if pitches else 0.0,
    )


def _differs(before: PdfLine, line: PdfLine) -> bool:
    larger, smaller = max(before.size, line.size), min(before.size, line.size)
    return larger > _HEADING_SCALE * smaller
