"""PPTX: the slides in order, each below a heading with its number, with its speaker's notes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any
from zipfile import BadZipFile

from pptx.exc import PackageNotFoundError
from pptx.package import Package

from ragline.errors import InvalidDocument
from ragline_ingestor.document import BlockKind, Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.builder import TextBuilder
from ragline_ingestor.parsers.docx.archive import check_archive
from ragline_ingestor.parsers.docx.losses import Loss, Losses
from ragline_ingestor.parsers.docx.parts import root_of
from ragline_ingestor.parsers.docx.wordml import Element
from ragline_ingestor.parsers.html_content import HtmlContent
from ragline_ingestor.parsers.pptx.drawingml import P, placeholder
from ragline_ingestor.parsers.pptx.paragraphs import line_html
from ragline_ingestor.parsers.pptx.shapes import ShapeReader

# what PowerPoint writes where nobody states a title
_NO_TITLES = frozenset({"", "PowerPoint Presentation", "PowerPoint-Präsentation"})

# a longer one is text in the wrong place
_LONGEST_TITLE = 200


def parse_pptx(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse PPTX; the title is the document's property, else that of its first slide.

    What each slide bears (footers, text of the master) stands once, at the start.

    Raises:
        InvalidDocument: `corrupt_pptx`, or `too_large`: files, bytes, XML or text when unpacked.
    """
    try:
        check_archive(content.data, limits, kind="PPTX")
        part = Package.open(io.BytesIO(content.data)).main_document_part
        deck = _Deck(part.presentation)
    except (BadZipFile, PackageNotFoundError, AttributeError, KeyError, ValueError) as error:
        raise InvalidDocument(
            "the PPTX file is damaged: save it again in a presentation program",
            code="corrupt_pptx",
        ) from error
    builder = TextBuilder()
    titles: list[str] = []

    def send(kind: BlockKind, text: str, *, level: int = 0) -> None:
        if kind is BlockKind.HEADING:
            titles.append(text.partition(": ")[2])
        builder.add(kind, text, level=level)

    pages = HtmlContent(send, limits)
    for each in deck.html():
        pages.add(each)
    stated = (part.core_properties.title or "").strip()
    return builder.build(
        title=next(filter(None, titles), None) if stated in _NO_TITLES else stated,
        language=part.core_properties.language or None,
        warnings=(*pages.warnings(), *deck.losses.warnings()),
    )


class _Deck:
    """The slides of a presentation as HTML."""

    def __init__(self, presentation: Any) -> None:
        self.losses = Losses()
        self._repeated: dict[str, None] = {}
        slides = list(presentation.slides)
        layouts = {slide.slide_layout.part.partname: slide.slide_layout for slide in slides}
        for page in (*presentation.slide_masters, *layouts.values()):
            self._repeated.update(dict.fromkeys(_printed(page)))
        self._slides = [self._slide(slide, number) for number, slide in enumerate(slides, 1)]

    def html(self) -> Iterator[str]:
        """Yield what each slide bears, then the slides."""
        yield "".join(f"<p>{line}</p>" for line in self._repeated)
        yield from self._slides

    def _slide(self, slide: Any, number: int) -> str:
        reader = ShapeReader(slide.part, self.losses, layout=_tree(slide.slide_layout))
        html = reader.html(_tree(slide))
        title, *more = [*filter(None, reader.titles), ""]
        if len(title) > _LONGEST_TITLE:
            title, more = "", [title, *more]
        self._repeated.update(dict.fromkeys(filter(None, reader.furniture)))
        self._count_comments(slide.part)
        is_hidden = slide._element.get("show") in {"0", "false"}
        name = f"Slide {number}{' (hidden)' if is_hidden else ''}{': ' if title else ''}{title}"
        above = "".join(f"<p>{each}</p>" for each in more if each)
        return f"<h1>{name}</h1>{above}{html}{self._notes(slide)}"

    def _notes(self, slide: Any) -> str:
        if not slide.has_notes_slide:
            return ""
        notes = slide.notes_slide
        html = ShapeReader(notes.part, self.losses, has_items=False).html(_tree(notes))
        return f"<p>Speaker notes:</p>{html}" if html else ""

    def _count_comments(self, part: Any) -> None:
        for relation in part.rels.values():
            if relation.reltype.endswith("/comments") and not relation.is_external:
                root = root_of(relation.target_part)
                for each in () if root is None else root:
                    if str(each.tag).endswith("}cm"):
                        self.losses.add(Loss.REMARK)


def _tree(page: Any) -> Element:
    tree: Element = page._element.find(f"{P}cSld/{P}spTree")
    return tree


def _printed(page: Any) -> Iterator[str]:
    """Yield the text that a layout or master prints on each slide."""
    for shape in _tree(page).iter(f"{P}sp"):
        body = shape.find(f"{P}txBody")
        if (
            body is not None
            and placeholder(shape) is None
            and (text := line_html(body, lambda _: ""))
        ):
            yield text
