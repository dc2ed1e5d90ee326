"""The words of a PDF page with their places, in the direction in which they are read.

A PDF says where each character stands, not which belong together. PDFium decodes the characters
and marks the spaces; words, raised and lowered text come of the places.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from ragline.superscripts import lowered, raised

UNREADABLE = "\ufffd"
# what PDFium puts for a hyphen at the end of a line
_HYPHENS = frozenset({0x2, 0xFFFE})
_BULLETS = {0xF0B7: "•", 0xF0A7: "▪", 0xF0D8: "➢", 0xF0FC: "✓", 0xF02D: "-"}
_PRIVATE = range(0xE000, 0xF900)
_BOLD_WEIGHT = 600
_FONT_NAME_BYTES = 128
# shares of the font size
_SAME_LINE = 0.15
_LONGEST_GAP = 0.5
_SMALLER = 0.85
_RAISED = (-0.9, -0.12)
_LOWERED = (0.05, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfWord:
    """Characters without a space between them; places are in points, downwards and to the right.

    `size` is the font size in points. The origin is the page's corner where reading begins, or any
    other place if the text does not stand upright.
    """

    text: str
    left: float
    right: float
    baseline: float
    size: float
    bold: bool = False


class _Style(NamedTuple):
    """What the characters that one instruction draws have in common."""

    angle: int
    cos: float
    sin: float
    stated_size: float
    bold: bool


class _Glyph(NamedTuple):
    code: int
    left: float
    right: float
    baseline: float
    size: float
    bold: bool


def words_by_angle(page: pypdfium2.PdfTextPage) -> dict[int, list[PdfWord]]:
    """Return the words in the order in which they are drawn, by their angle in degrees."""
    glyphs: dict[int, list[_Glyph | None]] = {}
    for angle, glyph in _glyphs(page.raw):
        glyphs.setdefault(angle, []).append(glyph)
    found = {angle: list(_words(each)) for angle, each in glyphs.items()}
    return {angle: words for angle, words in found.items() if words}


def _glyphs(page: Any) -> Iterator[tuple[int, _Glyph | None]]:
    """Yield each character with its angle; None where a word ends."""
    box = pdfium.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    styles: dict[int, _Style] = {}
    angle = 0
    for index in range(pdfium.FPDFText_CountChars(page)):
        code = pdfium.FPDFText_GetUnicode(page, index)
        if code == 0x20 or (code not in _HYPHENS and code and chr(code).isspace()):
            yield angle, None
            continue
        drawn = _address(pdfium.FPDFText_GetTextObject(page, index))
        if drawn not in styles:
            styles[drawn] = _style(page, index)
        angle, cos, sin, stated_size, bold = styles[drawn]
        pdfium.FPDFText_GetLooseCharBox(page, index, box)
        pdfium.FPDFText_GetCharOrigin(page, index, x, y)
        left, right, height = box.left, box.right, box.top - box.bottom
        if angle:
            left, right, height = _turned(box, cos, sin)
        # some files scale a font of size 1
        is_plausible = 0.5 * height <= stated_size <= 2 * height
        size = stated_size if is_plausible else height or stated_size or 1.0
        baseline = x.value * sin - y.value * cos
        yield angle, _Glyph(code, left, right, baseline, size, bold)


def _address(drawn: Any) -> int:
    return ctypes.addressof(drawn.contents) if drawn else 0


def _style(page: Any, index: int) -> _Style:
    # PDFium counts clockwise
    turn = -float(pdfium.FPDFText_GetCharAngle(page, index))
    name = ctypes.create_string_buffer(_FONT_NAME_BYTES)
    pdfium.FPDFText_GetFontInfo(page, index, name, _FONT_NAME_BYTES, ctypes.c_int())
    weight = pdfium.FPDFText_GetFontWeight(page, index)
    return _Style(
        angle=round(math.degrees(turn)) % 360,
        cos=math.cos(turn),
        sin=math.sin(turn),
        stated_size=float(pdfium.FPDFText_GetFontSize(page, index)),
        bold=weight >= _BOLD_WEIGHT or b"bold" in name.value.lower(),
    )


def _turned(box: Any, cos: float, sin: float) -> tuple[float, float, float]:
    """Return the left, the right and the height of a box as it stands when text is upright."""
    corners = [(x, y) for x in (box.left, box.right) for y in (box.bottom, box.top)]
    across = [x * cos + y * sin for x, y in corners]
    up = [y * cos - x * sin for x, y in corners]
    return min(across), max(across), max(up) - min(up)


def _words(glyphs: list[_Glyph | None]) -> Iterator[PdfWord]:
    word = _Building()
    for glyph in (*glyphs, None):
        if glyph is not None and word.takes(glyph):
            continue
        if (done := word.finished()) is not None:
            yield done
        word = _Building()
        if glyph is not None:
            word.takes(glyph)


class _Building:
    """A word under construction: characters on its line, and a run above or below it."""

    def __init__(self) -> None:
        self._first: _Glyph | None = None
        self._last: _Glyph | None = None
        self._left = self._right = 0.0
        self._text = ""
        self._run = ""
        self._run_at: _Glyph | None = None

    def takes(self, glyph: _Glyph) -> bool:
        """Add `glyph` if it belongs to the word."""
        if self._first is None or self._last is None:
            self._first = glyph
            self._left, self._right = glyph.left, glyph.right
        elif not _are_close(self._last, glyph) or not self._placed(glyph, self._first):
            return False
        if self._run_at is None:
            self._text += _shown(glyph.code)
        else:
            self._run += _shown(glyph.code)
        self._last = glyph
        self._left = min(self._left, glyph.left)
        self._right = max(self._right, glyph.right)
        return True

    def finished(self) -> PdfWord | None:
        """Return the word; None if it has no visible character."""
        self._end_run()
        if self._first is None or not self._text.strip():
            return None
        return PdfWord(
            text=_paired(self._text),
            left=self._left,
            right=self._right,
            baseline=self._first.baseline,
            size=self._first.size,
            bold=self._first.bold,
        )

    def _placed(self, glyph: _Glyph, first: _Glyph) -> bool:
        shift = (glyph.baseline - first.baseline) / first.size
        if abs(shift) <= _SAME_LINE and (self._run_at is None or glyph.size > self._run_at.size):
            self._end_run()
            return True
        is_small = glyph.size <= _SMALLER * first.size
        if not is_small or not (_within(shift, _RAISED) or _within(shift, _LOWERED)):
            return False
        if self._run_at is None or abs(self._run_at.baseline - glyph.baseline) > 0.5:
            self._end_run()
            self._run_at = glyph
        return True

    def _end_run(self) -> None:
        if self._run_at is not None and self._first is not None:
            write = raised if self._run_at.baseline < self._first.baseline else lowered
            self._text += write(self._run, after=self._text)
        self._run, self._run_at = "", None


def _are_close(last: _Glyph, glyph: _Glyph) -> bool:
    """Tell whether one stands beside the other, on either side: scripts differ."""
    most = _LONGEST_GAP * max(last.size, glyph.size)
    return glyph.left - last.right <= most and last.left - glyph.right <= most


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _shown(code: int) -> str:
    if code in _HYPHENS:
        return "-"
    if code in _BULLETS:
        return _BULLETS[code]
    if code == 0 or code in _PRIVATE:
        return UNREADABLE
    return "" if code < 0x20 else chr(code)


def _paired(text: str) -> str:
    """Return `text` with the halves joined in which UTF-16 writes rare characters."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
