"""Documents that are zip archives of XML, from the same sections. Pure.

The same sections give the same bytes: archives have no time of day in them.
"""

from __future__ import annotations

import html
import io
import warnings
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pptx import Presentation
from pptx.util import Inches
from xlsxwriter import Workbook

from ragline.contracts.media_types import DOCX, EPUB, ODT

from .sections import Section
from .text_formats import webpage

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_OPEN = "urn:oasis:names:tc:opendocument:xmlns"
_NO_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535))


@dataclass(frozen=True, slots=True)
class Package:
    """A zipped format.

    `members` writes its files by name. The text is in the file `body`, where `end` closes it;
    `paragraph` makes what may stand before that, and `nest` are tags that may hold themselves.
    """

    members: Callable[[Sequence[Section]], dict[str, bytes]]
    body: str
    end: str
    paragraph: Callable[[str], str]
    nest: tuple[str, str]

    def write(self, content: Sequence[Section]) -> bytes:
        """Return a document."""
        return packed(list(self.members(content).items()))

    def with_more(self, content: Sequence[Section], more: str) -> bytes:
        """Return a document with more XML at the end of its text."""
        parts = self.members(content)
        parts[self.body] = parts[self.body].replace(
            self.end.encode(), (more + self.end).encode(), 1
        )
        return packed(list(parts.items()))


def packed(parts: Sequence[tuple[str, bytes]]) -> bytes:
    """Return a zip archive; a name may come twice."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a name that comes twice
        for name, data in parts:
            info = zipfile.ZipInfo(name)  # of 1980, and not of now
            info.compress_type = zipfile.ZIP_DEFLATED
            writer.writestr(info, data)
    return archive.getvalue()


def _unpacked(archive: io.BytesIO) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as reader:
        return {name: reader.read(name) for name in reader.namelist()}


def _plain(text: str) -> str:
    return html.escape(text.translate(_NO_XML))


def _docx(content: Sequence[Section]) -> dict[str, bytes]:
    """Return it as the members of a DOCX, by name."""
    body = []
    for each in content:
        style = f'<w:pPr><w:pStyle w:val="Heading{each.level}"/></w:pPr>'
        body.append(_paragraph(each.heading, style))
        body += [_paragraph(text) for text in (*each.paragraphs, *each.items, each.code)]
        rows = ("".join(f"<w:tc>{_paragraph(cell)}</w:tc>" for cell in row) for row in each.table)
        body.append(f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>")
    document = f'<w:document xmlns:w="{_WORD}"><w:body>{"".join(body)}</w:body></w:document>'
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType="application/'
            'vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/'
            f'document.xml" ContentType="{DOCX}.main+xml"/></Types>'
        ).encode(),
        "_rels/.rels": (
            f'<Relationships xmlns="{_LINKS}"><Relationship Id="rId1" Type="{_OFFICE}" '
            'Target="word/document.xml"/></Relationships>'
        ).encode(),
        "word/document.xml": document.encode(),
    }


def _paragraph(text: str, properties: str = "") -> str:
    return f"<w:p>{properties}<w:r><w:t>{_plain(text)}</w:t></w:r></w:p>"


def _xlsx(content: Sequence[Section]) -> dict[str, bytes]:
    archive = io.BytesIO()
    book = Workbook(archive, {"in_memory": True, "constant_memory": True})
    book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
    for each in content:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b", "c"])
        for number, row in enumerate(each.table, 1):
            sheet.write_row(number, 0, [cell.translate(_NO_XML) for cell in row])
        last = len(each.table) + 1
        sheet.merge_range(last, 0, last, 2, each.heading.translate(_NO_XML))
        sheet.write_formula(last + 1, 0, "=1+1", None, 2)
        sheet.write_datetime(last + 2, 0, datetime(2026, 1, 2))  # noqa: DTZ001  sheets have no zone
    book.close()
    return _unpacked(archive)


def _pptx(content: Sequence[Section]) -> dict[str, bytes]:
    deck = Presentation()
    for each in content:
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = each.heading.translate(_NO_XML)
        box = slide.shapes.add_textbox(Inches(1), Inches(2), Inches(5), Inches(3))
        box.text_frame.text = "\n".join((*each.paragraphs, *each.items)).translate(_NO_XML)
        slide.notes_slide.notes_text_frame.text = each.code.translate(_NO_XML)
    archive = io.BytesIO()
    deck.save(archive)
    return _unpacked(archive)


def _shape(text: str) -> str:
    return (
        '<p:sp><p:nvSpPr><p:cNvPr id="99" name="x"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr>'
        f"<p:spPr/><p:txBody><a:bodyPr/><a:p><a:r><a:t>{_plain(text)}</a:t></a:r></a:p></p:txBody>"
        "</p:sp>"
    )


def _odt(content: Sequence[Section]) -> dict[str, bytes]:
    body = []
    for each in content:
        body.append(f'<text:h text:outline-level="{each.level}">{_plain(each.heading)}</text:h>')
        body += [_odt_paragraph(text) for text in (*each.paragraphs, each.code)]
        items = (f"<text:list-item>{_odt_paragraph(i)}</text:list-item>" for i in each.items)
        body.append(f"<text:list>{''.join(items)}</text:list>")
        cells = (
            "".join(f"<table:table-cell>{_odt_paragraph(c)}</table:table-cell>" for c in row)
            for row in each.table
        )
        rows = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
        body.append(f"<table:table>{rows}</table:table>")
    names = " ".join(f'xmlns:{n}="{_OPEN}:{n}:1.0"' for n in ("office", "text", "table"))
    document = (
        f"<office:document-content {names}><office:body><office:text>{''.join(body)}"
        "</office:text></office:body></office:document-content>"
    )
    return {"mimetype": ODT.encode(), "content.xml": document.encode()}


def _odt_paragraph(text: str) -> str:
    return f"<text:p>{_plain(text)}</text:p>"


def _epub(content: Sequence[Section]) -> dict[str, bytes]:
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">'
        '<rootfiles><rootfile full-path="book.opf" media-type="application/oebps-package+xml"/>'
        "</rootfiles></container>"
    )
    book = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata/><manifest>'
        '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="a"/></spine></package>'
    )
    return {
        "mimetype": EPUB.encode(),
        "META-INF/container.xml": container.encode(),
        "book.opf": book.encode(),
        "a.xhtml": webpage(content),
    }


docx = Package(
    _docx,
    body="word/document.xml",
    end="</w:body>",
    paragraph=_paragraph,
    nest=("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"),
)
xlsx = Package(
    _xlsx,
    body="xl/worksheets/sheet1.xml",
    end="</sheetData>",
    paragraph=lambda text: (
        f'<row r="500"><c r="A500" t="inlineStr"><is><t>{_plain(text)}</t></is></c></row>'
    ),
    nest=("<row>", "</row>"),
)
pptx = Package(
    _pptx,
    body="ppt/slides/slide1.xml",
    end="</p:spTree>",
    paragraph=_shape,
    nest=("<p:grpSp>", "</p:grpSp>"),
)
odt = Package(
    _odt,
    body="content.xml",
    end="</office:text>",
    paragraph=_odt_paragraph,
    nest=("<text:list><text:list-item>", "</text:list-item></text:list>"),
)
epub = Package(
    _epub,
    body="a.xhtml",
    end="</main>",
    paragraph=lambda text: f"<p>{_plain(text)}</p>",
    nest=("<ul><li>", "</li></ul>"),
)
