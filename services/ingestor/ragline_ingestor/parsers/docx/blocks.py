"""Walks the paragraphs and tables of a story and sends them to a sink, block by block."""

from __future__ import annotations

import re
from collections.abc import Iterable

from docx.opc.part import Part

from ragline_ingestor.document import BlockKind
from ragline_ingestor.parsers.docx.inline import Inline, InlineReader
from ragline_ingestor.parsers.docx.losses import Loss
from ragline_ingestor.parsers.docx.notes import Reference
from ragline_ingestor.parsers.docx.numbering import BULLET, Label
from ragline_ingestor.parsers.docx.source import Source
from ragline_ingestor.parsers.docx.styles import heading_level
from ragline_ingestor.parsers.docx.tables import Cell, rows
from ragline_ingestor.parsers.docx.wordml import Element, W, child, is_on, parts_of
from ragline_ingestor.parsers.head_rows import is_head_row
from ragline_ingestor.parsers.html_blocks import Sink

# a longer one is a clause or a step whose author wanted the style's number
_LONGEST_HEADING = 200
# a longer cell over several rows would hide what is different in them
_LONGEST_REPEATED = 200
_LIST_LABEL = re.compile(r"-|(?:\d{1,3}|[A-Za-z]|[ivxlcIVXLC]{1,6})[.)]|\((?:\d{1,3}|[A-Za-z]+)\)")
_BETWEEN = "\n\n"
_RULE = "---"


class BlockReader:
    """Sends the blocks of one story; notes follow the block that refers to them."""

    def __init__(
        self, source: Source, part: Part, root: Element, sink: Sink, *, repeated: bool = False
    ) -> None:
        """`repeated`: the story is a header or footer."""
        self._source = source
        self._part = part
        self._sink = sink
        self._repeated = repeated
        self._inline = InlineReader(source, part, root, repeated=repeated)
        self._items: list[str] = []
        self._open: list[tuple[int, int]] = []
        # the text of a paragraph whose end was deleted stands before that of the next
        self._carried: Inline | None = None

    def read(self, container: Element) -> None:
        """Send the blocks in `container`: a body, a cell, a note, a text box."""
        for block in parts_of(container):
            if block.tag == f"{W}p":
                self._paragraph(block)
            elif block.tag == f"{W}tbl":
                self._flush()
                self._table(block)
            elif block.tag == f"{W}altChunk":
                self._source.losses.add(Loss.DOCUMENT)
        self._flush()

    def _paragraph(self, paragraph: Element) -> None:
        properties = child(paragraph, "pPr")
        style = self._source.styles.paragraph(properties)
        level = heading_level(properties, style)
        inline = self._inline.read(paragraph, links=not level)
        if self._carried is not None:
            inline = _continued(self._carried, inline)
            self._carried = None
        if _end_is_removed(properties):
            self._carried = inline
            return
        text = inline.text().strip()
        hidden = is_on(properties, "rPr/vanish") and not text
        label = None if hidden else self._source.numbering.label(properties, style)
        if label is None and style.name.casefold().startswith(("list bullet", "list number")):
            label = Label(BULLET, 0)  # its list is not defined in the file
        self._send(text, level, label, inline)

    def _send(self, text: str, level: int, label: Label | None, inline: Inline) -> None:
        labelled = f"{label.text} {text}" if label and label.text != BULLET and text else text
        notes = [self._note(each) for each in inline.notes]
        if label and text and not level and _LIST_LABEL.fullmatch(label.text):
            self._item(text, label, notes)
        elif level and text and len(text) <= _LONGEST_HEADING:
            self._flush()
            self._block(BlockKind.HEADING, " ".join(labelled.split()), level=level)
            self._block(BlockKind.PARAGRAPH, _BETWEEN.join(notes))
        elif text or notes:
            self._flush()
            self._block(BlockKind.PARAGRAPH, _BETWEEN.join(filter(None, [labelled, *notes])))
        if inline.boxes or inline.charts:
            self._flush()
        for lines in inline.charts:
            self._block(BlockKind.TABLE, lines)
        for box in inline.boxes:
            self._nested(self._part, box, self._sink)

    def _item(self, text: str, label: Label, notes: list[str]) -> None:
        """Add an item, indented below the one that it belongs to."""
        while self._open and self._open[-1][0] >= label.level:
            self._open.pop()
        indent = " " * sum(width for _, width in self._open)
        self._open.append((label.level, len(label.text) + 1))
        below = "\n" + indent + " " * (len(label.text) + 1)
        lines = "\n".join([text, *notes]).split("\n")
        self._items.append(f"{indent}{label.text} " + below.join(filter(None, lines)))

    def _flush(self) -> None:
        if self._carried is not None:
            carried, self._carried = self._carried, None
            self._send(carried.text().strip(), 0, None, carried)
        items = "\n".join(self._items)
        self._items.clear()
        self._open.clear()
        self._block(BlockKind.LIST, items)

    def _block(self, kind: BlockKind, text: str, *, level: int = 0) -> None:
        if text.strip():
            self._source.spend(len(text))
            self._sink(kind, text, level=level)

    def _nested(self, part: Part, root: Element, sink: Sink) -> None:
        BlockReader(self._source, part, root, sink, repeated=self._repeated).read(root)

    def _note(self, reference: Reference) -> str:
        return f"{reference.mark} {self._text(reference.part, reference.note)}".strip()

    def _text(self, part: Part, root: Element) -> str:
        """Return all text below `root` on one line."""
        texts: list[str] = []

        def collect(kind: BlockKind, text: str, *, level: int = 0) -> None:
            texts.append(text)

        self._nested(part, root, collect)
        return " ".join(" ".join(texts).split())

    def _table(self, table: Element) -> None:
        grid = list(rows(table))
        firsts = [c.element for row in grid for c in row if c.is_first and c.element is not None]
        if max(map(len, grid), default=0) == 1 or any(map(self._is_layout, firsts)):
            for cell in firsts:
                self._nested(self._part, cell, self._sink)
            return
        texts: dict[Element, str] = {}
        written: list[list[str]] = []
        for row in grid:
            cells = [self._cell(cell, texts) for cell in row]
            if any(cells):
                written.append(cells)
                self._source.spend(sum(map(len, cells)))
        lines = [" | ".join(cells) for cells in written]
        if _repeats_head(table) or is_head_row(written):
            lines.insert(1, " | ".join([_RULE] * len(written[0])))
        self._block(BlockKind.TABLE, "\n".join([*self._described(table), *lines]))

    def _is_layout(self, cell: Element) -> bool:
        """Tell whether a cell holds a heading and what is under it: the table only places them."""
        paragraphs = [child(block, "pPr") for block in parts_of(cell) if block.tag == f"{W}p"]
        found = (heading_level(p, self._source.styles.paragraph(p)) for p in paragraphs)
        return len(paragraphs) > 1 and any(found)

    def _cell(self, cell: Cell, texts: dict[Element, str]) -> str:
        if cell.element is None:
            return ""
        if cell.element not in texts:
            texts[cell.element] = self._text(self._part, cell.element)
        text = texts[cell.element]
        return text if cell.is_first or len(text) <= _LONGEST_REPEATED else ""

    def _described(self, table: Element) -> Iterable[str]:
        for name in ("tblCaption", "tblDescription"):
            found = child(table, f"tblPr/{name}")
            if found is not None and (text := str(found.get(f"{W}val", "")).strip()):
                yield text


def _repeats_head(table: Element) -> bool:
    """Tell whether Word repeats the first row on each page."""
    first = next((row for row in parts_of(table) if row.tag == f"{W}tr"), None)
    return first is not None and child(first, "trPr/tblHeader") is not None


def _continued(before: Inline, inline: Inline) -> Inline:
    return Inline(
        pieces=before.pieces + inline.pieces,
        notes=before.notes + inline.notes,
        boxes=before.boxes + inline.boxes,
        charts=before.charts + inline.charts,
    )


def _end_is_removed(properties: Element | None) -> bool:
    """Tell whether a tracked change deleted a paragraph's end, which joins it with the next."""
    mark = child(properties, "rPr")
    return child(mark, "del") is not None or child(mark, "moveFrom") is not None
