"""HTML gives the main content, block by block."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.ingestor.conftest import LIMITS

from ragline.contracts.media_types import HTML
from ragline.errors import InvalidDocument
from ragline_ingestor.document import BlockKind, Content, ParsedDocument
from ragline_ingestor.parsers import parse
from ragline_ingestor.parsers.html import parse_html

PAGE = """<!doctype html><html lang="en-GB"><head><title>Site | Page</title>
<style>p { color: red }</style></head><body>
<header>Logo Menu</header><nav><ul><li>Home</li></ul></nav>
<main><article><header><h1>Queues<a class="hash-link" href="#q">#</a></h1></header>
<p>A queue is
   <em>ordered</em>.<br>Second line.</p>
loose <b>text</b>
<ul><li>one<ul><li>nested</li></ul></li><li><p>two</p><p>more</p></li></ul>
<ol><li>first</li></ol>
<pre><code>line 1
  line 2</code></pre>
<table><caption>Limits</caption><tr><th>Name</th><th>Value</th></tr>
<tr><td>max</td><td><p>10</p></td></tr></table>
<script>alert("no")</script></article></main>
<aside>Related</aside><footer>Copyright</footer></body></html>"""


def _parse(source: str, charset: str | None = None) -> ParsedDocument:
    return parse_html(Content(data=source.encode(charset or "utf-8")), LIMITS)


def _blocks(document: ParsedDocument) -> list[tuple[BlockKind, str]]:
    return [(b.kind, document.text[b.start : b.end]) for b in document.blocks]


def test_the_main_content_keeps_its_structure_and_the_rest_goes() -> None:
    assert _blocks(_parse(PAGE)) == [
        (BlockKind.HEADING, "Queues"),
        (BlockKind.PARAGRAPH, "A queue is ordered.\nSecond line."),
        (BlockKind.PARAGRAPH, "loose text"),
        (BlockKind.LIST, "- one\n  - nested\n- two\n  more"),
        (BlockKind.LIST, "1. first"),
        (BlockKind.CODE, "line 1\n  line 2"),
        (BlockKind.TABLE, "Limits\nName | Value\n--- | ---\nmax | 10"),
    ]


@pytest.mark.parametrize(
    "menu",
    [
        '<div role="navigation">Menu</div>',
        "<nav><ul><li>Menu</li></ul></nav>",
        "<header>Menu</header>",
        "<div hidden>Menu</div><form>Menu</form>",
        "<aside><a href=/>Menu</a></aside><footer>Menu</footer>",
    ],
)
def test_navigation_goes_where_no_main_content_is_marked(menu: str) -> None:
    page = f"<body>{menu}<div><h1>T</h1><p>Text.</p></div></body>"
    assert _blocks(_parse(page)) == [(BlockKind.HEADING, "T"), (BlockKind.PARAGRAPH, "Text.")]


def test_title_and_language_are_found() -> None:
    document = _parse(PAGE)
    assert (document.title, document.language) == ("Queues", "en-GB")
    assert _parse("<title>Only this</title><p>x").title == "Only this"


def test_blocks_within_inline_elements_are_still_blocks() -> None:
    assert _blocks(_parse("<a href=x><div>one</div><div>two</div></a>")) == [
        (BlockKind.PARAGRAPH, "one"),
        (BlockKind.PARAGRAPH, "two"),
    ]


def test_a_layout_table_is_looked_through() -> None:
    page = "<table><tr><td><h2>News</h2><p>Text</p></td></tr></table>"
    assert [kind for kind, _ in _blocks(_parse(page))] == [BlockKind.HEADING, BlockKind.PARAGRAPH]


def test_a_charset_in_a_meta_element_is_used() -> None:
    page = '<meta charset="koi8-r"><p>Привет'
    assert _blocks(_parse(page, "koi8-r")) == [(BlockKind.PARAGRAPH, "Привет")]


@pytest.mark.parametrize("tag", ["div", "ul><li", "span", "table><tr><td"])
def test_deep_nesting_gives_its_text(tag: str) -> None:
    content = Content(data=f"<{tag}>".encode() * 900 + b"deep")
    assert "deep" in parse(content, media_type=HTML, limits=LIMITS).text


@pytest.mark.parametrize("tag", ["div", "ul><li", "div></em", "b><p"])
def test_depth_bombs_are_refused(tag: str) -> None:
    content = Content(data=f"<{tag}>".encode() * 1_100 + b"deep")
    with pytest.raises(InvalidDocument) as caught:
        parse(content, media_type=HTML, limits=LIMITS)
    assert caught.value.code == "too_deep"


def test_too_many_elements_are_refused() -> None:
    with pytest.raises(InvalidDocument) as caught:
        parse_html(Content(data=b"<b>x</b>" * 1_001), replace(LIMITS, nodes=1_000))
    assert caught.value.code == "too_large"


def test_a_long_flat_page_is_not_deep() -> None:
    page = "<p>one<br><img src=x><li>two<!-- <div> --><i>x</i>" * 3_000
    assert _parse(page + "<script>'<div>'</script>" * 2_000).text.startswith("one")
