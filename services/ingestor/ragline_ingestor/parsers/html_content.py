"""HTML that is content throughout: a chapter, the body of a message, a document that we rewrote."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from ragline_ingestor.document import BlockKind, ParseLimits
from ragline_ingestor.parsers.html_blocks import BlockExtractor, Sink
from ragline_ingestor.parsers.html_depth import check_depth
from ragline_ingestor.parsers.html_page import read_page
from ragline_ingestor.parsers.nodes import check_nodes
from ragline_ingestor.parsers.text_budget import TextBudget


class HtmlContent:
    """Sends the blocks of several pieces of HTML to one sink; together they keep the limits."""

    def __init__(self, sink: Sink, limits: ParseLimits) -> None:
        self._sink = sink
        self._limits = limits
        self._budget = TextBudget(limits)
        self._nodes = 0
        self._pictures = 0

    def add(self, source: str, *, below: int = 0) -> None:
        """Send all blocks of `source`; its headings stand under one of the level `below`.

        Raises:
            InvalidDocument: `too_deep`, `too_large`.
        """
        self._nodes += source.count("<") - source.count("</")
        check_nodes(self._nodes, self._limits)
        check_depth(source)
        tree = LexborHTMLParser(source)
        if tree.body is None:
            return

        def send(kind: BlockKind, text: str, *, level: int = 0) -> None:
            self._sink(kind, text, level=level + below if level else 0)

        page = read_page(tree, self._budget.spend)
        BlockExtractor(send, page).extract(tree.body)
        self._pictures += page.pictures

    def warnings(self) -> tuple[str, ...]:
        """Return what of the pieces is not in the blocks."""
        if not self._pictures:
            return ()
        return (f"{self._pictures} pictures without a description: text in them is not indexed",)
