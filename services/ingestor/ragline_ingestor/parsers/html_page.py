"""What the readers of one page share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ragline_ingestor.parsers.html_nodes import attribute

_LONGEST_MARK = 3
_TEXT_BLOCKS = frozenset({"p", "li", "td", "th", "div", "dd", "dt", "section", "aside", "footer"})


@dataclass(slots=True, kw_only=True)
class Page:
    """A page's address, its footnotes' marks, its tabs, and how much text it may come to.

    `tabs` are the names of panels by their ids. `pictures` counts those without a description.
    """

    spend: Callable[[int], None]
    base: str = ""
    marks: frozenset[str] = frozenset()
    tabs: dict[str, str] = field(default_factory=dict)
    pictures: int = 0


def read_page(tree: LexborHTMLParser, spend: Callable[[int], None]) -> Page:
    """Return what the page says of itself."""
    base = tree.css_first("base[href]")
    tabs = {
        attribute(tab, "aria-controls"): " ".join(tab.text().split())
        for tab in tree.css("[role=tab][aria-controls]")
    }
    ids = {attribute(node, "id") for node in tree.css("[id]")} if tabs else set()
    return Page(
        spend=spend,
        base=attribute(base, "href") if base is not None else "",
        marks=frozenset(filter(None, map(_mark, tree.css("sup")))),
        tabs={panel: name for panel, name in tabs.items() if panel in ids},
    )


def _mark(raised: LexborNode) -> str:
    """Return the mark with which a footnote begins, empty if this is none."""
    text = raised.text().strip()
    begins = raised.prev is None or (raised.prev.is_text_node and not raised.prev.text().strip())
    parent = raised.parent
    if len(text) > _LONGEST_MARK or not begins or parent is None or parent.tag not in _TEXT_BLOCKS:
        return ""
    return text
