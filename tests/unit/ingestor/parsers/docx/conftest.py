"""DOCX files of hand-written XML around the parts that python-docx makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import docx
from tests.unit.ingestor.conftest import LIMITS

from ragline.contracts.media_types import DOCX
from ragline_ingestor.document import BlockKind, Content, ParsedDocument
from ragline_ingestor.parsers import parse

_OFFICE = "http://schemas.openxmlformats.org"
_RELATIONS = f"{_OFFICE}/officeDocument/2006/relationships"
SPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "w": f"{_OFFICE}/wordprocessingml/2006/main",
        "r": _RELATIONS,
        "m": f"{_OFFICE}/officeDocument/2006/math",
        "a": f"{_OFFICE}/drawingml/2006/main",
        "c": f"{_OFFICE}/drawingml/2006/chart",
        "dgm": f"{_OFFICE}/drawingml/2006/diagram",
        "pic": f"{_OFFICE}/drawingml/2006/picture",
        "wp": f"{_OFFICE}/drawingml/2006/wordprocessingDrawing",
        "mc": f"{_OFFICE}/markup-compatibility/2006",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
    }.items()
)
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"


@cache
def plain_file() -> bytes:
    """Return what python-docx saves of an empty document."""
    out = BytesIO()
    docx.Document().save(out)
    return out.getvalue()


def packed(
    body: str,
    *,
    parts: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
    encoding: str = "utf-8",
) -> bytes:
    """Return a DOCX file with `body` for its body.

    `parts` has the content of other parts by their kind, as in `footnotes` or `chart`; the id of a
    relation is its kind. `links` has addresses by the id of their relation.
    """
    out = BytesIO()
    parts = parts or {}
    with ZipFile(BytesIO(plain_file())) as whole, ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for entry in whole.infolist():
            data = whole.read(entry)
            if entry.filename == "word/document.xml":
                data = _xml("document", f"<w:body>{body}</w:body>", encoding)
            elif entry.filename == "word/_rels/document.xml.rels":
                data = _related(data, parts, links or {})
            elif entry.filename == "[Content_Types].xml":
                data = _typed(data, parts)
            elif entry.filename.removeprefix("word/").removesuffix(".xml") in parts:
                continue
            archive.writestr(entry.filename, data)
        for kind, content in parts.items():
            archive.writestr(f"word/{kind}.xml", _xml(_ROOTS.get(kind, kind), content, encoding))
    return out.getvalue()


_ROOTS = {"header": "hdr", "footer": "ftr"}


def _xml(root: str, content: str, encoding: str) -> bytes:
    declared = f'<?xml version="1.0" encoding="{encoding}"?>'
    return f"{declared}<w:{root} {SPACES}>{content}</w:{root}>".encode(encoding)


def _related(data: bytes, parts: Mapping[str, str], links: Mapping[str, str]) -> bytes:
    known = data.decode()
    added = "".join(
        f'<Relationship Id="{kind}" Type="{_RELATIONS}/{kind}" Target="{kind}.xml"/>'
        for kind in parts
        if f"/{kind}.xml" not in known and f'"{kind}.xml"' not in known
    ) + "".join(
        f'<Relationship Id="{name}" Type="{_RELATIONS}/hyperlink" Target="{target}"'
        ' TargetMode="External"/>'
        for name, target in links.items()
    )
    return known.replace("</Relationships>", f"{added}</Relationships>").encode()


def _typed(data: bytes, parts: Mapping[str, str]) -> bytes:
    known = data.decode()
    added = "".join(
        f'<Override PartName="/word/{kind}.xml" ContentType="{_TYPE}.{kind}+xml"/>'
        for kind in parts
        if f"/word/{kind}.xml" not in known
    )
    return known.replace("</Types>", f"{added}</Types>").encode()


def parsed(data: bytes, *, comments: bool = False) -> ParsedDocument:
    """Parse a file."""
    limits = replace(LIMITS, docx_comments=comments)
    return parse(Content(data=data), media_type=DOCX, limits=limits)


def text_of(body: str, **parts: str) -> str:
    """Return the text of a file with this body."""
    return parsed(packed(body, parts=parts)).text


def blocks_of(document: ParsedDocument) -> list[tuple[BlockKind, str]]:
    """Return the kinds and texts of the blocks."""
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def run(text: str, properties: str = "") -> str:
    """Return a run with `text`."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(content: str, properties: str = "") -> str:
    """Return a paragraph: of `content` if that is XML, else of a run with it."""
    inner = content if content.startswith("<") or not content else run(content)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def cell(content: str, properties: str = "") -> str:
    """Return a cell with a paragraph, or with the block that `content` is."""
    inner = content if content.startswith("<w:") else paragraph(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def table(*rows: list[str]) -> str:
    """Return a table of rows of cells."""
    inner = "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in rows)
    return f"<w:tbl>{inner}</w:tbl>"
