"""Markdown (CommonMark with tables, front matter and the MDX of documentation sites).

The text is Markdown, too: the source as it is read (`markdown_text`). Block ranges come from
markdown-it's line maps.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.footnote import footnote_plugin

from ragline_ingestor.decoding import decode
from ragline_ingestor.document import Block, BlockKind, Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.fences import short_fences
from ragline_ingestor.parsers.front_matter import FrontMatter, read_front_matter
from ragline_ingestor.parsers.markdown_text import as_read
from ragline_ingestor.parsers.mdx import component_tags, visible
from ragline_ingestor.parsers.text_budget import TextBudget

_KINDS = {
    "paragraph_open": BlockKind.PARAGRAPH,
    "blockquote_open": BlockKind.PARAGRAPH,
    "html_block": BlockKind.PARAGRAPH,
    "admonition_open": BlockKind.PARAGRAPH,
    "bullet_list_open": BlockKind.LIST,
    "ordered_list_open": BlockKind.LIST,
    "fence": BlockKind.CODE,
    "code_block": BlockKind.CODE,
    "table_open": BlockKind.TABLE,
    # one that nothing refers to
    "footnote_reference_open": BlockKind.PARAGRAPH,
}
_TEXT_TOKENS = {"text", "code_inline"}
_MAX_HEADING_CHARS = 1_000
_HEADING_ID = re.compile(r"(?<!\s)\s*+\{#[^{}]*+\}\s*+$")
_HTML_TABLE = re.compile(r"\s*+<table\b", re.I)


def parse_markdown(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse Markdown; the title is the front matter's, else the first top heading.

    Raises:
        InvalidDocument: `not_text`, `too_large`.
    """
    text = decode(content)
    if len(text) > limits.text_chars:
        return ParsedDocument(text=text, blocks=())
    matter = read_front_matter(text)
    markdown = _markdown()
    env: dict[str, object] = {}
    tokens = markdown.parse(_body(text, matter), env)
    written = as_read(text, _line_starts(text), tokens, env, TextBudget(limits).spend)
    if written.text != text:
        text = written.text
        tokens = markdown.parse(_body(text, matter))
    blocks = tuple(_blocks(text, tokens))
    top = (b.heading for b in blocks if b.kind is BlockKind.HEADING and b.level == 1)
    return ParsedDocument(
        text=text,
        blocks=blocks,
        title=matter.values.get("title") or next(top, None),
        language=matter.values.get("lang") or matter.values.get("language"),
        warnings=tuple(_warnings(matter, open_comment=written.open_comment)),
    )


def _body(text: str, matter: FrontMatter) -> str:
    """Return `text` with blank lines for the front matter: the numbers of lines stay."""
    return "\n" * text.count("\n", 0, matter.end) + text[matter.end :]


def _warnings(matter: FrontMatter, *, open_comment: bool) -> Iterator[str]:
    if matter.problem:
        yield matter.problem
    if open_comment:
        yield "a comment has no end (`-->`): the text behind it is indexed"


def _markdown() -> MarkdownIt:
    """Return a parser of blocks only.

    Inline markup would take most of the parsing time, and minutes on crafted input; it is parsed
    only in headings.
    """
    markdown = MarkdownIt("commonmark").enable("table").disable("inline")
    markdown.use(footnote_plugin, inline=False, move_to_end=False)
    return markdown.use(admon_plugin).use(component_tags).use(short_fences)


def _blocks(text: str, tokens: Sequence[Token]) -> Iterator[Block]:
    lines, inline = _line_starts(text), MarkdownIt("commonmark")
    for index, token in enumerate(tokens):
        if token.level or token.map is None:
            continue
        span = lines[token.map[0]], lines[min(token.map[1], len(lines) - 1)]
        if token.type == "heading_open":
            heading = _plain(inline, tokens[index + 1].content)
            yield from _heading(span, int(token.tag[1:]), heading)
        elif (kind := _kind(token, text[slice(*span)])) is not None:
            yield Block(kind=kind, start=span[0], end=span[1])


def _heading(span: tuple[int, int], level: int, heading: str) -> Iterator[Block]:
    if heading:
        yield Block(
            kind=BlockKind.HEADING, start=span[0], end=span[1], level=level, heading=heading
        )


def _line_starts(text: str) -> list[int]:
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    return starts if starts[-1] == len(text) else [*starts, len(text)]


def _kind(token: Token, source: str) -> BlockKind | None:
    kind = _KINDS.get(token.type)
    if kind is BlockKind.PARAGRAPH and not visible(source):
        return None
    if token.type == "html_block" and _HTML_TABLE.match(source):
        return BlockKind.TABLE
    return kind


def _plain(markdown: MarkdownIt, source: str) -> str:
    """Return a heading's text without markup and `{#anchor}`, else that of its pictures."""
    [inline] = markdown.parseInline(source[:_MAX_HEADING_CHARS])
    tokens = inline.children or []
    words = _words(tokens, _TEXT_TOKENS) or _words(tokens, {"image"})
    return " ".join(_HEADING_ID.sub("", words).split())


def _words(tokens: Sequence[Token], kinds: Collection[str]) -> str:
    """Return the text of the tokens of some kinds; a picture's is what it shows."""
    parts = (t.content if t.type in kinds else " " * (t.type == "softbreak") for t in tokens)
    return "".join(parts).strip()
