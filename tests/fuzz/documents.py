"""Documents of every format that the ingestor reads: good ones, damaged ones and hostile ones.

The binary format of mails (`.msg`) is left out: nothing that we use writes it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from ragline.contracts.media_types import (
    ASCIIDOC,
    CSV,
    DOCX,
    EML,
    EPUB,
    HTML,
    JSON,
    MARKDOWN,
    NOTEBOOK,
    ODT,
    PDF,
    PLAIN,
    PPTX,
    RST,
    RTF,
    TSV,
    XLSX,
    XML,
    YAML,
)

from . import packages, text_formats
from .mutations import cut, flip_bits, insert_bytes, splice
from .packages import Package, packed
from .sections import Section, sections

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
    """How a format is written, and what its documents are called; `package` if it is zipped."""

    media_type: str
    suffix: str
    write: Callable[[Sequence[Section]], bytes]
    package: Package | None = None

    @property
    def is_text(self) -> bool:
        """Whether its bytes are UTF-8."""
        return self.media_type != PDF and self.package is None


def _zipped(media_type: str, suffix: str, package: Package) -> Format:
    return Format(media_type=media_type, suffix=suffix, write=package.write, package=package)


FORMATS: Mapping[str, Format] = {
    "markdown": Format(media_type=MARKDOWN, suffix=".md", write=text_formats.markdown),
    "mdx": Format(media_type="text/mdx", suffix=".mdx", write=text_formats.mdx),
    "html": Format(media_type=HTML, suffix=".html", write=text_formats.webpage),
    "rst": Format(media_type=RST, suffix=".rst", write=text_formats.restructured),
    "asciidoc": Format(media_type=ASCIIDOC, suffix=".adoc", write=text_formats.asciidoc),
    "text": Format(media_type=PLAIN, suffix=".txt", write=text_formats.plain),
    "csv": Format(media_type=CSV, suffix=".csv", write=text_formats.table),
    "tsv": Format(media_type=TSV, suffix=".tsv", write=text_formats.tabbed),
    "json": Format(media_type=JSON, suffix=".json", write=text_formats.as_json),
    "json lines": Format(media_type=JSON, suffix=".jsonl", write=text_formats.json_lines),
    "yaml": Format(media_type=YAML, suffix=".yaml", write=text_formats.as_yaml),
    "xml": Format(media_type=XML, suffix=".xml", write=text_formats.as_xml),
    "notebook": Format(media_type=NOTEBOOK, suffix=".ipynb", write=text_formats.notebook),
    "python": Format(media_type="text/x-python", suffix=".py", write=text_formats.program),
    "rtf": Format(media_type=RTF, suffix=".rtf", write=text_formats.rich_text),
    "mail": Format(media_type=EML, suffix=".eml", write=text_formats.mail),
    "docx": _zipped(DOCX, ".docx", packages.docx),
    "xlsx": _zipped(XLSX, ".xlsx", packages.xlsx),
    "pptx": _zipped(PPTX, ".pptx", packages.pptx),
    "odt": _zipped(ODT, ".odt", packages.odt),
    "epub": _zipped(EPUB, ".epub", packages.epub),
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
        (
            ("<div>", "</div>"),
            ("> ", ""),
            ("[", "](u)"),
            ("<ul><li>", ""),
            ("**", "**"),
            ("[", "]"),
            ("{\\b ", "}"),
        )
    )
    if form.package:
        first, last = form.package.nest
        return form.package.with_more(sections(dice), first * depth + "deep" + last * depth)
    if form.media_type == PDF:
        return _whole(form, dice).replace(b"/Kids", b"/X " + b"[" * depth + b" /Kids", 1)
    return _with_text(form, dice, opening * depth + "deep" + closing * depth)


def rearranged(form: Format, dice: Random) -> bytes:
    """Have a member of its archive damaged, missing, twice or elsewhere; else swapped lines."""
    if form.package is None:
        lines = _whole(form, dice).split(b"\n")
        dice.shuffle(lines)
        return b"\n".join(lines)
    parts = list(form.package.members(sections(dice)).items())
    at = dice.randrange(len(parts))
    name, data = parts[at]
    hurt = dice.choice((flip_bits, cut, splice, insert_bytes))(data, dice)
    replaced = dice.choice(
        (
            [(name, hurt)],
            [],
            [(name, data), (name, hurt)],
            [(f"../{name}", data)],
            [(name, data), (f"{name}/x", hurt), ("word/styles.xml", hurt), ("styles.xml", data)],
        )
    )
    parts[at : at + 1] = replaced
    return packed(parts)


DAMAGES: Mapping[str, Damage] = {
    each.__name__.replace("_", " "): each
    for each in (whole, flipped, truncated, spliced, crammed, long_line, nested, rearranged)
}


def _with_text(form: Format, dice: Random, text: str) -> bytes:
    if form.package:
        return form.package.with_more(sections(dice), form.package.paragraph(text))
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
