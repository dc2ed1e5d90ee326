"""HTML: the content of a page as text, with its headings, lists, code and tables."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ragline_ingestor.document import Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.builder import TextBuilder
from ragline_ingestor.parsers.html_blocks import BlockExtractor, flat_text
from ragline_ingestor.parsers.html_depth import check_depth
from ragline_ingestor.parsers.html_nodes import text_length
from ragline_ingestor.parsers.html_noise import FEW, is_notice, remove_noise
from ragline_ingestor.parsers.html_page import Page, read_page
from ragline_ingestor.parsers.html_source import html_source
from ragline_ingestor.parsers.nodes import check_nodes
from ragline_ingestor.parsers.text_budget import TextBudget

_MAIN = ("main", "[role=main]", "article")


def parse_html(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse HTML; the title is the content's first `h1`, else `<title>`.

    Raises:
        InvalidDocument: `not_text`, `too_deep`, `too_large`.
    """
    source = html_source(content)
    check_nodes(source.count("<") - source.count("</"), limits)
    check_depth(source)
    tree = LexborHTMLParser(source)
    page = read_page(tree, TextBudget(limits).spend)
    left_out = remove_noise(tree)
    roots, outside = _content(tree)
    builder = TextBuilder()
    for root in roots:
        BlockExtractor(builder.add, page).extract(root)
    language = tree.root.attributes.get("lang") if tree.root is not None else None
    return builder.build(
        title=_title(tree, roots, page),
        language=language or None,
        warnings=tuple(_warnings(left_out + outside, page)),
    )


def _content(tree: LexborHTMLParser) -> tuple[list[LexborNode], int]:
    """Return the nodes that hold the content, and how much text outside links is in no node.

    A page's main content and the notices beside it are all, unless more stands outside; an article
    is, if there is hardly anything but it.
    """
    body = tree.body
    if body is None:
        return [], 0
    for selector in _MAIN:
        found = tree.css(selector)
        if len(found) != 1 or not text_length(found[0]):
            continue
        main = found[0]
        notices = [each for each in body.css("aside, [role]") if _is_beside(each, main)]
        kept = {node.mem_id for node in (main, *notices)}
        outside = text_length(body, without=kept, links=False)
        if outside <= (0 if selector == "article" else text_length(main)):
            return [main, *notices], outside
    return [body], 0


def _is_beside(node: LexborNode, main: LexborNode) -> bool:
    """Tell whether a node is a notice that is neither in the main content nor in another one."""
    if not is_notice(node):
        return False
    above = node.parent
    while above is not None:
        if above.mem_id == main.mem_id or is_notice(above):
            return False
        above = above.parent
    return True


def _warnings(left_out: int, page: Page) -> Iterator[str]:
    if left_out >= FEW:
        yield (
            f"{left_out} characters outside the main content are not indexed: page header, footer,"
            " dialogs or hidden parts"
        )
    if page.pictures:
        yield f"{page.pictures} pictures without a description: text in them is not indexed"


def _title(tree: LexborHTMLParser, roots: list[LexborNode], page: Page) -> str | None:
    headings = (heading for root in roots if (heading := root.css_first("h1")) is not None)
    for node in (next(headings, None), tree.css_first("head > title")):
        if node is not None and (text := flat_text(node, page)):
            return text
    return None
