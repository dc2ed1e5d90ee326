"""Opens a PDF and reads its pages' words and lines, within limits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pypdfium2
import pypdfium2.raw as pdfium

from ragline.errors import InvalidDocument
from ragline_ingestor.document import Ocr, ParseLimits
from ragline_ingestor.parsers.nodes import check_nodes
from ragline_ingestor.parsers.pdf.ocr import words_of_picture
from ragline_ingestor.parsers.pdf.rules import Rule, horizontal_rules
from ragline_ingestor.parsers.pdf.words import UNREADABLE, PdfWord, words_by_angle

_NO_TITLES = frozenset({"(anonymous)", "untitled", "(unspecified)"})
_PICTURES = frozenset({pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING})
# of a page: a scan covers it, and what stands on it are stamps and page numbers
_SCAN_SHARE = 0.5
_SCAN_CHARS = 40
# letters drawn as shapes are more than a frame around an empty page
_DRAWN_LETTERS = 20
# bookmarks; a title that is a loop is cut
_MOST_BOOKMARKS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContent:
    """A page's words, the main direction's first, by the angle in which they stand.

    `is_picture`: nearly all that it shows is no text.
    """

    words: tuple[tuple[PdfWord, ...], ...]
    rules: tuple[Rule, ...]
    unreadable: int
    is_picture: bool


@contextmanager
def opened(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """Open a PDF.

    Raises:
        InvalidDocument: `corrupt_pdf` or `encrypted_pdf`.
    """
    try:
        # many PDFs are encrypted with an empty password, only to forbid editing
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise _refusal(error) from error
    try:
        document.init_forms()
        yield document
    except pypdfium2.PdfiumError as error:
        raise _refusal(error) from error
    finally:
        document.close()


def title_of(document: pypdfium2.PdfDocument) -> str | None:
    """Return the title that the file states, unless a program filled it in."""
    title = " ".join(document.get_metadata_value("Title").split())
    return None if title.casefold() in _NO_TITLES else title or None


def outline_of(document: pypdfium2.PdfDocument) -> dict[str, int]:
    """Return the level of each bookmark, from 1, by its title."""
    found: dict[str, int] = {}
    for number, mark in enumerate(document.get_toc()):
        if number >= _MOST_BOOKMARKS:
            break
        if title := " ".join((mark.get_title() or "").split()):
            found.setdefault(title, mark.level + 1)
    return found


def pages_of(document: pypdfium2.PdfDocument, limits: ParseLimits) -> Iterator[PageContent]:
    """Yield the pages, with the values of form fields and the notes that stand on them.

    Raises:
        InvalidDocument: `too_large`: pages, objects on them, or text.
    """
    _check_pages(len(document), limits)
    left, nodes = limits.text_chars, 0
    for number in range(len(document)):
        _flatten(document, number)
        page = document[number]
        try:
            nodes += max(pdfium.FPDFPage_CountObjects(page), 0)
            check_nodes(nodes, limits)
            found = _read(page)
            if found.is_picture and limits.ocr is Ocr.NOW and (words := words_of_picture(page)):
                found = replace(found, words=(tuple(words),), is_picture=False)
        finally:
            page.close()
        left -= sum(len(word.text) + 1 for words in found.words for word in words)
        if left < 0:
            raise InvalidDocument(
                f"the PDF's text is over the limit of {limits.text_chars} characters:"
                " split the document or raise RAGLINE_INGESTOR__MAX_TEXT_CHARS",
                code="too_large",
            )
        yield found


def _flatten(document: pypdfium2.PdfDocument, number: int) -> None:
    """Make form fields and notes a part of the page, as far as they are shown."""
    page = document[number]
    try:
        if pdfium.FPDFPage_GetAnnotCount(page) > 0:
            page.flatten()
    finally:
        page.close()


def _read(page: pypdfium2.PdfPage) -> PageContent:
    text = page.get_textpage()
    try:
        angles = words_by_angle(text)
    finally:
        text.close()
    unreadable = sum(w.text.count(UNREADABLE) for words in angles.values() for w in words)
    # icons and bullets are no words
    parts = [
        tuple(word for word in words if word.text.strip(UNREADABLE)) for words in angles.values()
    ]
    parts = sorted(filter(None, parts), key=lambda words: -sum(len(w.text) for w in words))
    chars = sum(len(word.text) for words in parts for word in words)
    return PageContent(
        words=tuple(parts),
        rules=tuple(horizontal_rules(page)) if parts else (),
        unreadable=unreadable,
        is_picture=_is_picture(page, chars),
    )


def _is_picture(page: pypdfium2.PdfPage, chars: int) -> bool:
    if chars > _SCAN_CHARS:
        return False
    width, height = page.get_size()
    drawn, covered = 0, 0.0
    for shape in page.get_objects(max_depth=3):
        if shape.type == pdfium.FPDF_PAGEOBJ_PATH:
            drawn += 1
        elif shape.type in _PICTURES:
            left, bottom, right, top = shape.get_bounds()
            covered += max(right - left, 0.0) * max(top - bottom, 0.0)
    if chars:
        return bool(covered >= _SCAN_SHARE * width * height)
    return covered > 0 or drawn >= _DRAWN_LETTERS


def _check_pages(pages: int, limits: ParseLimits) -> None:
    if pages < 1:
        raise _damaged("it has no pages")
    if pages > limits.pages:
        raise InvalidDocument(
            f"{pages} pages are over the limit of {limits.pages}:"
            " split the document or raise RAGLINE_INGESTOR__MAX_PAGES",
            code="too_large",
        )


def _refusal(error: pypdfium2.PdfiumError) -> InvalidDocument:
    locked = (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
    if getattr(error, "err_code", None) in locked:
        return InvalidDocument(
            "the PDF is encrypted and opens with a password only: save it without one and send it"
            " again",
            code="encrypted_pdf",
        )
    return _damaged(str(error))


def _damaged(why: str) -> InvalidDocument:
    return InvalidDocument(
        f"the PDF is damaged ({why}): export or repair it and send it again", code="corrupt_pdf"
    )
