"""What of a PDF is not in its text, to be told its publisher."""

from __future__ import annotations

from collections.abc import Sequence

from ragline_ingestor.document import Ocr

_MOST_NAMED = 20
OCR_HINT = (
    "without OCR: install ragline-ingestor[ocr] and set RAGLINE_INGESTOR__OCR=true, or publish a"
    " file with text"
)


def scanned(pages: Sequence[int], ocr: Ocr) -> str:
    """Return the warning about pages that are pictures; `pages` are numbers, from 1."""
    which, verb = named(pages)
    what = f"{which} {verb} a picture without text"
    match ocr:
        case Ocr.NOW:
            return f"{what}, and OCR found none"
        case Ocr.LATER:
            return f"{what} and not indexed yet: waiting for OCR"
        case Ocr.OFF:
            return f"{what} and not indexed: scanned pages are not read {OCR_HINT}"


def unreadable(signs: int, pages: Sequence[int]) -> str:
    """Return the warning about characters that no font of the file explains."""
    which, _ = named(pages)
    return (
        f"{signs} characters on {which} cannot be read, because the file's fonts do not say what "
        "they are: they stand as \ufffd; export the document anew, with its fonts"
    )


def named(pages: Sequence[int]) -> tuple[str, str]:
    """Return how pages are called, `pages 3, 7-9`, and the verb after it."""
    if len(pages) == 1:
        return f"page {pages[0]}", "is"
    spans: list[list[int]] = []
    for page in pages:
        if spans and page == spans[-1][1] + 1:
            spans[-1][1] = page
        else:
            spans.append([page, page])
    names = [f"{a}" if a == b else f"{a}-{b}" for a, b in spans]
    more = ", …" if len(names) > _MOST_NAMED else ""
    return f"pages {', '.join(names[:_MOST_NAMED])}{more}", "are each"
