"""ODT: the text of an OpenDocument file, in order, with its structure."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from zipfile import BadZipFile, ZipFile

from ragline.errors import InvalidDocument
from ragline_ingestor.document import Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.builder import TextBuilder
from ragline_ingestor.parsers.docx.archive import check_archive
from ragline_ingestor.parsers.docx.losses import Losses
from ragline_ingestor.parsers.docx.wordml import Element
from ragline_ingestor.parsers.html_content import HtmlContent
from ragline_ingestor.parsers.odt.names import OFFICE, STYLE
from ragline_ingestor.parsers.odt.reader import OdtReader
from ragline_ingestor.parsers.odt.styles import OdtStyles
from ragline_ingestor.parsers.safe_xml import name_of
from ragline_ingestor.parsers.text_budget import TextBudget
from ragline_ingestor.parsers.xml_trees import xml_root

_CONTENT, _STYLES, _META = "content.xml", "styles.xml", "meta.xml"
_MANIFEST = "META-INF/manifest.xml"
_READ = frozenset({_CONTENT, _STYLES, _META, _MANIFEST})
_REPEATED = ("header", "header-first", "header-left", "footer", "footer-first", "footer-left")


def parse_odt(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse ODT; the title is the document's property, else its first heading.

    Headers and footers stand once, at the start. Tracked changes count as accepted.

    Raises:
        InvalidDocument: `corrupt_odt`, `encrypted_odt`, or `too_large`: files, bytes, XML or text
            when unpacked.
    """
    try:
        check_archive(content.data, limits, kind="ODT")
        with ZipFile(io.BytesIO(content.data)) as archive:
            files = {name: archive.read(name) for name in archive.namelist() if name in _READ}
    except (BadZipFile, zlib.error) as error:
        raise _corrupt() from error
    if b"encryption-data" in files.get(_MANIFEST, b""):
        raise InvalidDocument(
            "the document is encrypted: save it without a password", code="encrypted_odt"
        )
    text = _text(xml_root(files.get(_CONTENT, b"")))
    return _document(text, files, limits)


def _document(text: Element, files: dict[str, bytes], limits: ParseLimits) -> ParsedDocument:
    styles_root = xml_root(files.get(_STYLES, b""))
    losses = Losses()
    styles = OdtStyles(styles_root, text.getroottree().getroot())
    reader = OdtReader(styles, losses, TextBudget(limits))
    builder = TextBuilder()
    pages = HtmlContent(builder.add, limits)
    pages.add("".join(dict.fromkeys(_headers(styles_root, reader))))
    pages.add(reader.html(text))
    meta = xml_root(files.get(_META, b""))
    return builder.build(
        title=_property(meta, "title"),
        language=_property(meta, "language"),
        warnings=(*pages.warnings(), *losses.warnings()),
    )


def _text(root: Element | None) -> Element:
    found: Element | None = None if root is None else root.find(f"{OFFICE}body/{OFFICE}text")
    if found is None:
        raise _corrupt()
    return found


def _headers(root: Element | None, reader: OdtReader) -> Iterator[str]:
    """Yield the HTML of each header and footer."""
    for page in () if root is None else root.iter(f"{STYLE}master-page"):
        for each in page:
            if each.tag in {f"{STYLE}{name}" for name in _REPEATED}:
                yield reader.html(each)


def _property(meta: Element | None, name: str) -> str | None:
    for each in () if meta is None else meta.iter():
        if name_of(each) == name:
            return " ".join("".join(each.itertext()).split()) or None
    return None


def _corrupt() -> InvalidDocument:
    return InvalidDocument(
        "the ODT file is damaged: save it again in a word processor", code="corrupt_odt"
    )
