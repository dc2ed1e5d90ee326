"""PDF: the text that a reader of the pages sees, in its order, with headings and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ragline.language import detect
from ragline_ingestor.document import BlockKind, Content, Ocr, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.builder import TextBuilder
from ragline_ingestor.parsers.pdf.blocks import BlockWriter, body_of
from ragline_ingestor.parsers.pdf.hyphens import LineJoiner
from ragline_ingestor.parsers.pdf.ligatures import LigatureReader
from ragline_ingestor.parsers.pdf.lines import lines_of
from ragline_ingestor.parsers.pdf.losses import scanned, unreadable
from ragline_ingestor.parsers.pdf.regions import read
from ragline_ingestor.parsers.pdf.running import without_running
from ragline_ingestor.parsers.pdf.source import PageContent, opened, outline_of, pages_of, title_of

_SAMPLE_CHARS = 2_000
_LEAST_LETTERS = 40
_LEAST_PROBABILITY = 0.8


def parse_pdf(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse PDF; the title is the document's property, else its first heading.

    Running headers stand once below the heading that the document begins with, else at its start;
    running footers at its end.

    Raises:
        InvalidDocument: `corrupt_pdf`, `encrypted_pdf`, or `too_large` (pages, objects or text).
    """
    with opened(content.data) as document:
        pages = list(pages_of(document, limits))
        outline, title = outline_of(document), title_of(document)
    pages = _with_ligatures(pages)
    running = without_running([lines_of(page.words[0]) if page.words else [] for page in pages])
    main = [line for page in running.pages for line in page]
    aside = [lines_of(words) for page in pages for words in page.words[1:]]
    texts = [line.text for lines in (main, *aside) for line in lines]
    builder = _RunningBuilder(running.headers)
    writer = BlockWriter(
        builder,
        LineJoiner(texts, _language(texts)),
        outline=outline,
        titles=running.titles,
        body=body_of(running.pages),
    )
    seen: set[str] = set()
    for page, lines in zip(pages, running.pages, strict=True):
        writer.add(read([word for line in lines for word in line.words], page.rules))
        for words in page.words[1:]:
            turned = lines_of(words)
            # a mark across every page is told once
            if (text := "\n".join(line.text for line in turned)) not in seen:
                seen.add(text)
                writer.add(read(words, ()))
    writer.finish()
    builder.finish(running.footers)
    return builder.build(
        title=title,
        warnings=tuple(_warnings(pages, limits.ocr)),
        scanned=any(page.is_picture for page in pages),
    )


class _RunningBuilder(TextBuilder):
    """Puts running headers below the first heading, and running footers at the end."""

    def __init__(self, headers: Sequence[str]) -> None:
        super().__init__()
        self._headers: Sequence[str] = headers

    def add(self, kind: BlockKind, text: str, *, level: int = 0) -> None:
        """Append a block; the headers before the first one that is no heading."""
        headers, self._headers = self._headers, ()
        if kind is BlockKind.HEADING:
            super().add(kind, text, level=level)
        for header in headers:
            super().add(BlockKind.PARAGRAPH, header)
        if kind is not BlockKind.HEADING:
            super().add(kind, text, level=level)

    def finish(self, footers: Sequence[str]) -> None:
        """Append the footers."""
        for text in (*self._headers, *footers):
            super().add(BlockKind.PARAGRAPH, text)


def _with_ligatures(pages: list[PageContent]) -> list[PageContent]:
    if not any(page.unreadable for page in pages):
        return pages
    texts = [word.text for page in pages for words in page.words for word in words]
    reader = LigatureReader(texts, _language(texts))
    return [reader.page(page) for page in pages]


def _language(texts: Sequence[str]) -> str | None:
    sample, missing = [], _SAMPLE_CHARS
    for text in texts:
        if missing <= 0:
            break
        sample.append(text)
        missing -= len(text)
    return detect(
        "\n".join(sample), least_letters=_LEAST_LETTERS, least_probability=_LEAST_PROBABILITY
    )


def _warnings(pages: Sequence[PageContent], ocr: Ocr) -> Iterator[str]:
    if pictures := [number for number, page in enumerate(pages, 1) if page.is_picture]:
        yield scanned(pictures, ocr)
    if signs := sum(page.unreadable for page in pages):
        yield unreadable(signs, [n for n, page in enumerate(pages, 1) if page.unreadable])
