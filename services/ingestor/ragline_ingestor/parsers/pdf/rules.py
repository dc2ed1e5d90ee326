"""The horizontal lines drawn on a PDF page: they part the rows of tables."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

# points; thinner or shorter ones underline words, and higher boxes frame a page
_SHORTEST = 24.0
_THICKEST = 3.0
_HIGHEST_BOX = 300.0
# a drawing has many lines that are no table's
_MOST_SEGMENTS = 20_000


@dataclass(frozen=True, slots=True)
class Rule:
    """A line from `left` to `right` at the height `y`, in points downwards."""

    left: float
    right: float
    y: float


def horizontal_rules(page: pypdfium2.PdfPage) -> list[Rule]:
    """Return the lines, and the upper and lower edges of boxes, from top to bottom."""
    found: list[Rule] = []
    left = _MOST_SEGMENTS
    for shape in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=2):
        left -= max(pdfium.FPDFPath_CountSegments(shape), 0)
        if left < 0:
            return []
        found += _of_shape(shape)
    return sorted(found, key=lambda rule: rule.y)


def _of_shape(shape: pypdfium2.PdfObject) -> Iterator[Rule]:
    left, bottom, right, top = shape.get_bounds()
    if right - left < _SHORTEST:
        return
    if top - bottom <= _THICKEST:
        yield Rule(left, right, -(top + bottom) / 2)
        return
    yield from _of_segments(shape)


def _of_segments(shape: pypdfium2.PdfObject) -> Iterator[Rule]:
    matrix = shape.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    at: tuple[float, float] | None = None
    for index in range(pdfium.FPDFPath_CountSegments(shape)):
        segment = pdfium.FPDFPath_GetPathSegment(shape, index)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        is_line = pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_LINETO
        if is_line and at is not None:
            left, right = sorted((at[0], point[0]))
            if right - left >= _SHORTEST and abs(at[1] - point[1]) < 1.0:
                yield Rule(left, right, -point[1])
        at = point
