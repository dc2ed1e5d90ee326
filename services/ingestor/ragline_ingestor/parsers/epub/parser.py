"""EPUB: the chapters of a book in reading order."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from zipfile import BadZipFile, ZipFile

from ragline.errors import InvalidDocument
from ragline_ingestor.document import Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.builder import TextBuilder
from ragline_ingestor.parsers.docx.archive import check_archive
from ragline_ingestor.parsers.epub.chapter import as_html
from ragline_ingestor.parsers.epub.package import EpubPackage, encrypted, read_package
from ragline_ingestor.parsers.html_content import HtmlContent
from ragline_ingestor.parsers.html_source import html_source

_FEW = 10


def parse_epub(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse EPUB; the title is that of the book, else its first heading.

    Raises:
        InvalidDocument: `corrupt_epub`, `encrypted_epub`, `too_deep`, or `too_large`: files, bytes
            or elements when unpacked.
    """
    builder = TextBuilder()
    pages = HtmlContent(builder.add, limits)
    try:
        check_archive(content.data, limits, kind="EPUB")
        with ZipFile(io.BytesIO(content.data)) as archive:
            package = read_package(archive)
            _check_readable(package, encrypted(archive))
            for name in package.chapters:
                pages.add(as_html(html_source(Content(data=archive.read(name)))))
    except (BadZipFile, KeyError, zlib.error) as error:
        raise InvalidDocument(
            "the EPUB file is damaged: export it again", code="corrupt_epub"
        ) from error
    return builder.build(
        title=package.title,
        language=package.language,
        warnings=(*pages.warnings(), *_warnings(package)),
    )


def _check_readable(package: EpubPackage, locked: frozenset[str]) -> None:
    if locked.intersection(package.chapters):
        raise InvalidDocument(
            "the book is encrypted: send it without copy protection", code="encrypted_epub"
        )


def _warnings(package: EpubPackage) -> Iterator[str]:
    if package.missing:
        yield f"chapters are missing in the file: {_listed(package.missing)}"
    if package.others:
        yield f"pages outside the reading order are not indexed: {_listed(package.others)}"


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more
