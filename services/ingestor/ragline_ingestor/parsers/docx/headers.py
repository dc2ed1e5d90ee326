"""Headers and footers, which stand on each page, each of them once."""

from __future__ import annotations

from collections.abc import Iterator

from docx.opc.part import Part

from ragline_ingestor.document import BlockKind
from ragline_ingestor.parsers.docx.blocks import BlockReader
from ragline_ingestor.parsers.docx.parts import by_id, related, root_of
from ragline_ingestor.parsers.docx.source import Source
from ragline_ingestor.parsers.docx.wordml import Element, R, W, is_on


def header_text(source: Source, main: Part, body: Element) -> str:
    """Return the text of all headers and footers that are shown, each line once."""
    lines: dict[str, None] = {}

    def collect(kind: BlockKind, text: str, *, level: int = 0) -> None:
        if any(map(str.isalnum, text)):
            lines[text] = None

    for part in dict.fromkeys(_shown(main, body)):
        root = root_of(part)
        if root is not None:
            BlockReader(source, part, root, collect, repeated=True).read(root)
    return "\n".join(lines)


def _shown(main: Part, body: Element) -> Iterator[Part]:
    settings = related(main, "settings")
    root = None if settings is None else root_of(settings)
    even = bool(is_on(root, "evenAndOddHeaders"))
    for section in body.iter(f"{W}sectPr"):
        first = bool(is_on(section, "titlePg"))
        hidden = {kind for kind, shown in (("first", first), ("even", even)) if not shown}
        for kind in ("header", "footer"):
            for reference in section.findall(f"{W}{kind}Reference"):
                part = by_id(main, str(reference.get(f"{R}id", "")))
                if part is not None and reference.get(f"{W}type") not in hidden:
                    yield part
