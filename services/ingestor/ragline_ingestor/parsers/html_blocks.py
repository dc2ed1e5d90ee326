"""Walks a DOM and extracts its text block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from selectolax.lexbor import LexborNode

from ragline_ingestor.document import BlockKind

_BLOCK_TAGS = frozenset(
    {
        *("address", "article", "blockquote", "body", "center", "dd", "details", "div", "dl"),
        *("dt", "fieldset", "figcaption", "figure", "footer", "header", "hgroup", "hr", "html"),
        *("li", "main", "p", "section", "summary", "td", "th", "tr"),
    }
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# a table with headings in it is for page layout, not for data
_LAYOUT = "h1, h2, h3, h4, h5, h6, table"
# nested lists need about seven Python stack frames per level; the limit is a thousand
_MAX_DEPTH = 100


class Sink(Protocol):
    """Receives the extracted blocks."""

    def __call__(self, kind: BlockKind, text: str, *, level: int = 0) -> None:
        """Receive a block; the text may be blank."""
        ...


class BlockExtractor:
    """Sends each block under a node to `sink`: inline content between blocks is a paragraph.

    Elements nested deeper than 100 levels are read as text without structure.
    """

    def __init__(self, sink: Sink, *, depth: int = 0) -> None:
        self._sink = sink
        self._depth = depth
        self._run: list[str] = []
        self._whole: dict[str, Callable[[LexborNode], None]] = {
            "pre": self._pre,
            "ul": self._list,
            "ol": self._list,
            "table": self._table,
            **dict.fromkeys(_HEADINGS, self._heading),
        }

    def extract(self, node: LexborNode) -> None:
        """Send the blocks under `node`."""
        self._children(node)
        self._flush()

    def _children(self, node: LexborNode) -> None:
        self._depth += 1
        for child in _child_nodes(node):
            self._child(child)
        self._depth -= 1

    def _child(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if node.is_text_node or self._depth > _MAX_DEPTH:
            self._run.append(_spaced(node.text()))
        elif tag == "br":
            self._run.append("\n")
        elif handle := self._whole.get(tag):
            self._flush()
            handle(node)
        elif tag in _BLOCK_TAGS:
            self._flush()
            self._children(node)
            self._flush()
        elif node.is_element_node:
            self._children(node)

    def _flush(self) -> None:
        lines = (" ".join(line.split()) for line in "".join(self._run).split("\n"))
        self._run.clear()
        self._sink(BlockKind.PARAGRAPH, "\n".join(lines).strip())

    def _heading(self, node: LexborNode) -> None:
        self._sink(BlockKind.HEADING, flat_text(node), level=_HEADINGS[node.tag or "h1"])

    def _pre(self, node: LexborNode) -> None:
        self._sink(BlockKind.CODE, node.text())

    def _list(self, node: LexborNode) -> None:
        items = [child for child in _child_nodes(node) if child.tag == "li"]
        numbered = node.tag == "ol"
        marks = (f"{number}. " if numbered else "- " for number in range(1, len(items) + 1))
        lines = (
            mark + text.replace("\n", "\n" + " " * len(mark))
            for mark, item in zip(marks, items, strict=True)
            if (text := "\n".join(_texts(item, self._depth)))
        )
        self._sink(BlockKind.LIST, "\n".join(lines))

    def _table(self, node: LexborNode) -> None:
        if len(node.css(_LAYOUT)) > 1:  # the table itself is the first match
            self._children(node)
            return
        rows = (_row(row, self._depth) for row in node.css("caption, tr"))
        self._sink(BlockKind.TABLE, "\n".join(row for row in rows if row))


def flat_text(node: LexborNode) -> str:
    """Return the text of `node` on one line."""
    return " ".join(" ".join(_texts(node, 0)).split())


def _row(row: LexborNode, depth: int) -> str:
    if row.tag == "caption":
        return flat_text(row)
    cells = (cell for cell in _child_nodes(row) if cell.tag in {"td", "th"})
    texts = [" ".join(" ".join(_texts(cell, depth)).split()) for cell in cells]
    return " | ".join(texts) if any(texts) else ""


def _texts(node: LexborNode, depth: int) -> list[str]:
    texts: list[str] = []

    def collect(kind: BlockKind, text: str, *, level: int = 0) -> None:
        if text.strip():
            texts.append(text)

    BlockExtractor(collect, depth=depth).extract(node)
    return texts


def _child_nodes(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


def _spaced(text: str) -> str:
    """Replace line breaks of the source by spaces; only `br` breaks a line."""
    return text.replace("\n", " ").replace("\r", " ")
