"""Documents of every format that the ingestor reads: good ones, damaged ones and hostile ones.

The same dice give the same bytes: archives have no time of day in them.
"""

from __future__ import annotations

import html
import io
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from ragline.contracts.media_types import DOCX, HTML, MARKDOWN, PDF, PLAIN, RST

from .mutations import cut, flip_bits, insert_bytes, splice

_WORDS = (
    *("queue", "broker", "topic", "offset", "retention", "the", "a", "of", "is", "every", "30"),
    *(
        "naïve",
        "größer",
        "данные",
        "数据",
        "データ",
        "بيانات",
        "👩‍🚀",
        "e\u0301",
        "\u202eabc",
        "x" * 300,
    ),
)
_SIGNS = ("*", "_", "`", "<", ">", "|", "#", "[", "](", "{{", "{%", "..", "::", "&amp;", "\\", "$")
# What patterns and parsers that backtrack are slow on, over and over
_UNITS = (
    *(" ", "\n", "\t", "#", "|", "| a ", "<", "<!---->", "<a ", "<div>", "{/*", "(", "[a](", "["),
    *(
        "> ",
        "- ",
        "  - ",
        "* ",
        "`",
        "```\n",
        "**a ",
        "&#x41;",
        ".. x::\n ",
        "|a|\n|-|\n",
        "====\n",
    ),
    *("\u0301", "\u202e", "\x00", "\x0c", "\u2028", "<table><tr><td>", "<b><i>", "[^1]: "),
)
_CHARS = 12_000
_LONG_LINE = 20_000
_DEPTH = 3_000
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and what is below it; `table` are rows of cells."""

    level: int
    heading: str
    paragraphs: Sequence[str]
    items: Sequence[str]
    table: Sequence[Sequence[str]]
    code: str


def sections(dice: Random) -> list[Section]:
    """Return the content of a document, whatever its format will be."""
    return [
        Section(
            level=dice.randint(1, 6),
            heading=_phrase(dice, 6),
            paragraphs=[_phrase(dice, dice.choice((5, 60))) for _ in range(dice.randint(0, 3))],
            items=[_phrase(dice, 8) for _ in range(dice.randint(0, 4))],
            table=[[_phrase(dice, 2) for _ in range(3)] for _ in range(dice.randint(0, 3))],
            code=_phrase(dice, 12),
        )
        for _ in range(dice.randint(1, 5))
    ]


def _phrase(dice: Random, words: int) -> str:
    chosen = [dice.choice(_WORDS) for _ in range(words)]
    if dice.random() < 0.3:
        chosen.insert(dice.randrange(len(chosen) + 1), dice.choice(_SIGNS))
    return " ".join(chosen)


def markdown(content: Sequence[Section]) -> bytes:
    """Return it as Markdown, with a front matter."""
    parts = ["---\ntitle: Fuzz\ntags: [a, b]\n---\n"]
    for each in content:
        parts += [f"{'#' * each.level} {each.heading} {{#id}}", *each.paragraphs]
        parts.append("\n".join(f"- {item}" for item in each.items))
        parts.append("| a | b | c |\n|---|---|---|")
        parts[-1] += "".join(f"\n| {' | '.join(row)} |" for row in each.table)
        parts.append(f"```sh\n{each.code}\n```")
    return "\n\n".join(parts).encode()


def mdx(content: Sequence[Section]) -> bytes:
    """Return it as MDX."""
    head = b"import {A} from './a'\n\nexport const x = {a: 1}\n\n{/* a note */}\n\n"
    return (
        head + markdown(content).partition(b"---\n\n")[2] + b"\n\n<A title={`x`}>\n\ntext\n\n</A>"
    )


def webpage(content: Sequence[Section]) -> bytes:
    """Return it as HTML."""
    parts = ["<!doctype html><html><head><title>Fuzz</title></head><body><main>"]
    for each in content:
        parts.append(f"<h{each.level} id=a>{html.escape(each.heading)}</h{each.level}>")
        parts += [f"<p>{html.escape(text)}" for text in each.paragraphs]
        parts += ["<ul>", *(f"<li>{html.escape(item)}</li>" for item in each.items), "</ul>"]
        cells = ("".join(f"<td>{html.escape(cell)}" for cell in row) for row in each.table)
        parts += ["<table>", *(f"<tr>{row}</tr>" for row in cells), "</table>"]
        parts.append(f"<pre><code>{html.escape(each.code)}</code></pre><!-- note -->")
    return "".join([*parts, "</main></body></html>"]).encode()


def restructured(content: Sequence[Section]) -> bytes:
    """Return it as reStructuredText."""
    parts = []
    for each in content:
        line = "=-~^\"'"[each.level - 1] * max(4, 2 * len(each.heading))
        parts += [f"{each.heading}\n{line}", *each.paragraphs]
        parts.append("\n".join(f"* {item}" for item in each.items))
        parts.append(f".. note:: {each.heading}\n\n   {each.code}")
        parts.append(f".. code-block:: sh\n\n   {each.code}\n\n.. include:: /etc/hostname")
        parts.append(".. list-table::\n")
        rows = ("\n     - ".join(row) for row in each.table)
        parts[-1] += "".join(f"\n   * - {row}" for row in rows)
    return "\n\n".join(parts).encode()


def plain(content: Sequence[Section]) -> bytes:
    """Return it as text."""
    parts = []
    for each in content:
        parts += [each.heading.upper(), *each.paragraphs, f"    {each.code}"]
    return "\n\n".join(parts).encode()


def members(content: Sequence[Section]) -> dict[str, bytes]:
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
    return f"<w:p>{properties}<w:r><w:t>{html.escape(text)}</w:t></w:r></w:p>"


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


def docx(content: Sequence[Section]) -> bytes:
    """Return it as DOCX."""
    return packed(list(members(content).items()))


def pdf(content: Sequence[Section]) -> bytes:
    """Return it as PDF, a page for each section."""
    writer = PdfWriter()
    names = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    font = DictionaryObject({NameObject(k): NameObject(v) for k, v in names.items()})
    fonts = DictionaryObject({NameObject("/F1"): font})
    for each in content:
        page = writer.add_blank_page(width=612, height=792)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        lines = ((24 - each.level, each.heading), *((11, text) for text in each.paragraphs))
        shown = (f"/F1 {size} Tf ({_shown(line)}) Tj 0 -30 Td" for size, line in lines)
        stream = DecodedStreamObject()
        stream.set_data(f"BT 72 720 Td {' '.join(shown)} ET".encode("latin-1", "replace"))
        page[NameObject("/Contents")] = writer._add_object(stream)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _shown(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How a format is written, and what its documents are called."""

    media_type: str
    suffix: str
    write: Callable[[Sequence[Section]], bytes]

    @property
    def is_text(self) -> bool:
        """Whether its bytes are UTF-8."""
        return self.media_type not in (PDF, DOCX)


FORMATS: Mapping[str, Format] = {
    "markdown": Format(media_type=MARKDOWN, suffix=".md", write=markdown),
    "mdx": Format(media_type="text/mdx", suffix=".mdx", write=mdx),
    "html": Format(media_type=HTML, suffix=".html", write=webpage),
    "rst": Format(media_type=RST, suffix=".rst", write=restructured),
    "text": Format(media_type=PLAIN, suffix=".txt", write=plain),
    "docx": Format(media_type=DOCX, suffix=".docx", write=docx),
    "pdf": Format(media_type=PDF, suffix=".pdf", write=pdf),
}

Damage = Callable[[Format, Random], bytes]


def _whole(form: Format, dice: Random) -> bytes:
    return form.write(sections(dice))


def whole(form: Format, dice: Random) -> bytes:
    """Be a good document."""
    return _whole(form, dice)


def flipped(form: Format, dice: Random) -> bytes:
    """Have flipped bits."""
    return flip_bits(_whole(form, dice), dice)


def truncated(form: Format, dice: Random) -> bytes:
    """End too early."""
    return cut(_whole(form, dice), dice)


def spliced(form: Format, dice: Random) -> bytes:
    """Have a piece of itself somewhere else, and bytes that are no text."""
    return insert_bytes(splice(_whole(form, dice), dice), dice)


def crammed(form: Format, dice: Random) -> bytes:
    """Have the same few characters over and over, in the middle of the text."""
    unit = dice.choice(_UNITS)
    return _with_text(form, dice, unit * (dice.choice((100, _CHARS)) // len(unit)))


def long_line(form: Format, dice: Random) -> bytes:
    """Have one very long line, with or without spaces."""
    words = dice.choice(("x", "word ", "。", "a-", "\u0301"))
    return _with_text(form, dice, words * (_LONG_LINE // len(words)))


def nested(form: Format, dice: Random) -> bytes:
    """Be nested very deep."""
    depth = dice.choice((40, _DEPTH))
    opening, closing = dice.choice(
        (("<div>", "</div>"), ("> ", ""), ("[", "](u)"), ("<ul><li>", ""), ("**", "**"))
    )
    if form.media_type == DOCX:
        return _with_document(dice, lambda xml: _deep_docx(xml, depth))
    if form.media_type == PDF:
        return _whole(form, dice).replace(b"/Kids", b"/X " + b"[" * depth + b" /Kids", 1)
    return _with_text(form, dice, opening * depth + "deep" + closing * depth)


def rearranged(form: Format, dice: Random) -> bytes:
    """Have a member of its archive damaged, missing, twice or elsewhere; else swapped lines."""
    if form.media_type != DOCX:
        lines = _whole(form, dice).split(b"\n")
        dice.shuffle(lines)
        return b"\n".join(lines)
    parts = list(members(sections(dice)).items())
    at = dice.randrange(len(parts))
    name, data = parts[at]
    hurt = dice.choice((flip_bits, cut, splice, insert_bytes))(data, dice)
    replaced = dice.choice(
        (
            [(name, hurt)],
            [],
            [(name, data), (name, hurt)],
            [(f"../{name}", data)],
            [(name, data), ("word/styles.xml", hurt), ("word/comments.xml", data)],
        )
    )
    parts[at : at + 1] = replaced
    return packed(parts)


DAMAGES: Mapping[str, Damage] = {
    each.__name__.replace("_", " "): each
    for each in (whole, flipped, truncated, spliced, crammed, long_line, nested, rearranged)
}


def _with_text(form: Format, dice: Random, text: str) -> bytes:
    if form.media_type == DOCX:
        inner = _paragraph(text.replace("\x00", "").replace("\x0c", ""))
        return _with_document(dice, lambda xml: xml.replace("</w:body>", f"{inner}</w:body>"))
    if form.media_type == PDF:
        added = sections(dice)
        first = added[0]
        longer = Section(
            level=first.level,
            heading=first.heading,
            paragraphs=[text],
            items=(),
            table=(),
            code="",
        )
        return pdf([longer, *added[1:]])
    data = _whole(form, dice)
    at = dice.choice((0, len(data) // 2, len(data)))
    return data[:at] + b"\n\n" + text.encode() + data[at:]


def _with_document(dice: Random, change: Callable[[str], str]) -> bytes:
    parts = members(sections(dice))
    name = "word/document.xml"
    parts[name] = change(parts[name].decode()).encode()
    return packed(list(parts.items()))


def _deep_docx(xml: str, depth: int) -> str:
    opening, closing = "<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"
    return xml.replace("</w:body>", f"{opening * depth}<w:p/>{closing * depth}</w:body>")
