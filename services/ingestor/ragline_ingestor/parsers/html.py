"""HTML: the main content of a page as text, with its headings, lists, code and tables."""

from __future__ import annotations

import re
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ragline_ingestor.decoding import decode
from ragline_ingestor.document import Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.builder import TextBuilder
from ragline_ingestor.parsers.html_blocks import BlockExtractor, flat_text
from ragline_ingestor.parsers.html_depth import check_depth
from ragline_ingestor.parsers.nodes import check_nodes

_NOISE = (
    "script, style, noscript, template, svg, iframe, object, nav, footer, aside, form, button,"
    " select, dialog, [hidden], [aria-hidden=true], [role=navigation], [role=banner],"
    " [role=contentinfo], [role=search], [role=complementary],"
    # the anchor signs that documentation generators put next to headings
    " a.headerlink, a.hash-link, a.anchor,"
    # a page's own header contains menus; the header inside an article contains its title
    " body > header"
)
_MAIN = ("main", "[role=main]", "article")
_META_CHARSET = re.compile(rb"<meta[^<>]+charset\s*+=\s*+[\"']?([\w.:-]++)", re.I)
# how far the HTML standard searches for the charset
_CHARSET_WITHIN = 1024


def parse_html(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse HTML; the title is the main content's first `h1`, else `<title>`.

    Raises:
        InvalidDocument: `not_text`, `too_deep`, `too_large`.
    """
    source = decode(_with_meta_charset(content))
    check_nodes(source.count("<") - source.count("</"), limits)
    check_depth(source)
    tree = LexborHTMLParser(source)
    root = _main(tree)
    builder = TextBuilder()
    if root is not None:
        BlockExtractor(builder.add).extract(root)
    language = tree.root.attributes.get("lang") if tree.root is not None else None
    return builder.build(title=_title(tree, root), language=language or None)


def _with_meta_charset(content: Content) -> Content:
    declared = _META_CHARSET.search(content.data[:_CHARSET_WITHIN])
    if content.charset or not declared:
        return content
    return replace(content, charset=declared[1].decode("ascii"))


def _main(tree: LexborHTMLParser) -> LexborNode | None:
    for node in tree.css(_NOISE):
        node.decompose()
    for selector in _MAIN:
        found = tree.css(selector)
        if len(found) == 1 and found[0].text(strip=True):
            return found[0]
    return tree.body


def _title(tree: LexborHTMLParser, root: LexborNode | None) -> str | None:
    first_heading = root.css_first("h1") if root is not None else None
    for node in (first_heading, tree.css_first("head > title")):
        if node is not None and (text := flat_text(node)):
            return text
    return None
