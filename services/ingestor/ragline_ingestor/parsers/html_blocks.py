"""Walks a DOM and extracts its text block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from selectolax.lexbor import LexborNode

from ragline_ingestor.document import BlockKind
from ragline_ingestor.parsers.head_rows import is_head_row
from ragline_ingestor.parsers.html_inline import InlineText
from ragline_ingestor.parsers.html_lists import marked_items
from ragline_ingestor.parsers.html_nodes import attribute, child_nodes, has
from ragline_ingestor.parsers.html_noise import is_question
from ragline_ingestor.parsers.html_page import Page
from ragline_ingestor.parsers.html_tables import Cell, Row, rows

_BLOCK_TAGS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd"),
        *("details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure"),
        *("footer", "form", "header", "hgroup", "hr", "html", "legend", "li", "main", "menu"),
        *("nav", "option", "p", "search", "section", "summary", "tbody", "td", "tfoot", "th"),
        *("thead", "tr"),
    }
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LOWEST = 6
# a longer question is text that opens more text
_LONGEST_QUESTION = 300
# a table with headings in it is for page layout, not for data
_LAYOUT = "h1, h2, h3, h4, h5, h6, table"
# a longer cell over several places would hide what is different in them
_LONGEST_REPEATED = 200
_ENDS = (".", ",", ";", ":", "!", "?", "。")
_RULE = "---"
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

    def __init__(self, sink: Sink, page: Page, *, depth: int = 0, links: bool = True) -> None:
        """`links`: whether the addresses of links are told."""
        self._sink = sink
        self._page = page
        self._depth = depth
        self._nested = depth > 0
        self._level = 0
        self._links = links
        self._inline = InlineText(page, links=links)
        self._whole: dict[str, Callable[[LexborNode], None]] = {
            "pre": self._pre,
            "ul": self._list,
            "ol": self._list,
            "menu": self._list,
            "dir": self._list,
            "table": self._table,
            "details": self._details,
            "button": self._button,
            **dict.fromkeys(_HEADINGS, self._heading),
        }

    def extract(self, node: LexborNode) -> None:
        """Send the blocks under `node`."""
        self._children(node)
        self._flush()

    def _children(self, node: LexborNode) -> None:
        self._depth += 1
        for child in child_nodes(node):
            self._child(child)
        self._depth -= 1

    def _child(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if node.is_text_node or self._depth > _MAX_DEPTH:
            self._inline.write(_spaced(node.text()))
        elif handle := self._whole.get(tag):
            self._flush()
            handle(node)
        elif tag in _BLOCK_TAGS:
            self._flush()
            self._tab(node)
            self._children(node)
            self._flush()
        elif node.is_element_node:
            self._inline.element(node, self._children)

    def _flush(self) -> None:
        self._sink(BlockKind.PARAGRAPH, self._inline.take())

    def _heading(self, node: LexborNode) -> None:
        self._level = _HEADINGS[node.tag or "h1"]
        self._sink(BlockKind.HEADING, flat_text(node, self._page), level=self._level)

    def _tab(self, panel: LexborNode) -> None:
        """Head a panel by the name of its tab; the tabs stand elsewhere, all in a row."""
        name = self._page.tabs.get(attribute(panel, "id"))
        if name:
            self._question(name)

    def _details(self, node: LexborNode) -> None:
        for child in child_nodes(node):
            if child.tag == "summary" and child.css_first("h1, h2, h3, h4, h5, h6") is None:
                self._flush()
                self._question(flat_text(child, self._page))
            else:
                self._child(child)
        self._flush()

    def _button(self, node: LexborNode) -> None:
        if attribute(node, "role") == "tab" and attribute(node, "aria-controls") in self._page.tabs:
            return
        text = flat_text(node, self._page)
        if has(node, "aria-controls") or is_question(node):
            self._question(text)
        else:
            self._sink(BlockKind.PARAGRAPH, text)

    def _question(self, text: str) -> None:
        if len(text) > _LONGEST_QUESTION:
            self._sink(BlockKind.PARAGRAPH, text)
        else:
            self._sink(BlockKind.HEADING, text, level=min(self._level + 1, _LOWEST))

    def _pre(self, node: LexborNode) -> None:
        lines = InlineText(self._page, links=False)
        lines.deep(node, scripts=True)
        code = lines.raw().strip("\n")
        # in an item, code would be read as its prose
        self._sink(BlockKind.CODE, f"```\n{code}\n```" if self._nested and "\n" in code else code)

    def _list(self, node: LexborNode) -> None:
        lines = (
            mark + text.replace("\n", "\n" + " " * len(mark))
            for mark, item in marked_items(node)
            if (text := "\n".join(self._item(item)))
        )
        self._sink(BlockKind.LIST, "\n".join(lines))

    def _item(self, item: LexborNode) -> list[str]:
        if item.is_text_node:
            return [text] if (text := " ".join(item.text().split())) else []
        if item.tag == "li":
            return _texts(item, self._page, self._depth, links=self._links)
        texts: list[str] = []
        extractor = BlockExtractor(_collector(texts), self._page, depth=self._depth + 1)
        extractor._child(item)
        extractor._flush()
        return texts

    def _table(self, node: LexborNode) -> None:
        if len(node.css(_LAYOUT)) > 1:  # the table itself is the first match
            self._children(node)
            return
        captions = (flat_text(each, self._page) for each in node.css("caption"))
        like_rows: list[list[str]] = []
        lines = list(self._lines(rows(node), like_rows))
        if len(like_rows) == len(lines) and is_head_row(like_rows):
            lines.insert(1, " | ".join([_RULE] * len(like_rows[0])))
        self._sink(BlockKind.TABLE, "\n".join([*filter(None, captions), *lines]))

    def _lines(self, grid: Iterable[Row], like_rows: list[list[str]]) -> Iterator[str]:
        """Yield the rows, a head of several rows as one line with a rule below it.

        `like_rows` gets the cells of those that are neither a head nor a title.
        """
        heads: list[list[str]] = []
        texts: dict[int, str] = {}
        for row in grid:
            cells = [self._cell(cell, texts) for cell in row.cells]
            self._page.spend(sum(map(len, cells)) + 3 * len(cells))
            if not any(cells):
                continue
            if row.is_head:
                heads.append(cells)
                continue
            yield from _head(heads)
            heads.clear()
            elements = {cell.element.mem_id for cell in row.cells if cell.element is not None}
            if len(elements) == 1:  # a cell over the whole row is a title for those below
                yield next(filter(None, cells))
            else:
                like_rows.append(cells)
                yield " | ".join(cells)
        yield from _head(heads)

    def _cell(self, cell: Cell, texts: dict[int, str]) -> str:
        if cell.element is None:
            return ""
        key = cell.element.mem_id
        if key not in texts:
            found = _texts(cell.element, self._page, self._depth, links=self._links)
            texts[key] = _joined("\n".join(found).split("\n"))
        return texts[key] if cell.is_first or len(texts[key]) <= _LONGEST_REPEATED else ""


def flat_text(node: LexborNode, page: Page) -> str:
    """Return the text of `node` on one line, without addresses."""
    return " ".join(" ".join(_texts(node, page, 0, links=False)).split())


def _head(heads: list[list[str]]) -> Iterator[str]:
    """Yield a table's head as a line and its rule: each column's names from top to bottom."""
    if not heads:
        return
    width = max(map(len, heads))
    names = [
        " ".join(dict.fromkeys(row[at] for row in heads if at < len(row) and row[at]))
        for at in range(width)
    ]
    yield " | ".join(names)
    if width > 1:
        yield " | ".join([_RULE] * width)


def _joined(lines: Iterable[str]) -> str:
    """Return a cell's lines as one: `Ana Duarte, Ben Okafor`."""
    joined = ""
    for line in (" ".join(line.split()) for line in lines):
        if line:
            between = " " if joined.endswith(_ENDS) else ", "
            joined += between + line if joined else line
    return joined


def _collector(texts: list[str]) -> Sink:
    def collect(kind: BlockKind, text: str, *, level: int = 0) -> None:
        if text.strip():
            texts.append(text)

    return collect


def _texts(node: LexborNode, page: Page, depth: int, *, links: bool) -> list[str]:
    texts: list[str] = []
    # anything nested is at least one level down
    extractor = BlockExtractor(_collector(texts), page, depth=max(depth, 1), links=links)
    extractor.extract(node)
    return texts


def _spaced(text: str) -> str:
    """Replace line breaks of the source by spaces; only `br` breaks a line."""
    return text.replace("\n", " ").replace("\r", " ")
