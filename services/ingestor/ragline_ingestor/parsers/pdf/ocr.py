"""The words of a scanned PDF page, read by OCR (RapidOCR, an optional dependency)."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any

import pypdfium2

from ragline_ingestor.parsers.pdf.words import PdfWord

_DOTS_PER_INCH = 150
_POINTS_PER_INCH = 72
# a page of a plan or a poster would come to gigabytes
_MOST_DOTS = 4_000
_LEAST_SCORE = 0.5
# of a line's height, the font size
_FONT_SHARE = 0.75


def can_read_pictures() -> bool:
    """Tell whether the engine is installed."""
    return find_spec("rapidocr") is not None


def words_of_picture(page: pypdfium2.PdfPage) -> list[PdfWord]:
    """Return the lines of a page as one word each, placed as `PdfWord` says; none without text.

    Takes seconds of processor time, and a gigabyte of address space with the models.
    """
    width, height = page.get_size()
    scale = min(_DOTS_PER_INCH / _POINTS_PER_INCH, _MOST_DOTS / max(width, height, 1.0))
    bitmap = page.render(scale=scale)
    try:
        found = _engine()(bitmap.to_numpy())
    finally:
        bitmap.close()
    if found.boxes is None:
        return []
    lines = zip(found.boxes.tolist(), found.txts, found.scores, strict=True)
    return [
        _word(text, [(x / scale, y / scale - height) for x, y in box])
        for box, text, score in lines
        if score >= _LEAST_SCORE and text.strip()
    ]


def _word(text: str, corners: list[tuple[float, float]]) -> PdfWord:
    across, down = [x for x, _ in corners], [y for _, y in corners]
    return PdfWord(
        text=" ".join(text.split()),
        left=min(across),
        right=max(across),
        baseline=max(down),
        # rounded, so that lines of one font have one size
        size=float(max(round(_FONT_SHARE * (max(down) - min(down))), 1)),
    )


@cache
def _engine() -> Any:
    # an optional dependency, imported by the processes only that use it
    from rapidocr import RapidOCR  # noqa: PLC0415

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            # enlarged to the default size of a side, short lines on large pages are not found
            "Det.limit_type": "max",
            "Det.limit_side_len": 1_280,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
