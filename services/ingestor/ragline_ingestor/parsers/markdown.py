"""Markdown (CommonMark with tables, front matter and the MDX of documentation sites).

Offsets point into the source itself: block ranges come from markdown-it's line maps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from ragline_ingestor.decoding import decode
from ragline_ingestor.document import Block, BlockKind, Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.mdx import component_tags, visible

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
}
_TEXT_TOKENS = {"text", "code_inline"}
_MAX_HEADING_CHARS = 1_000
_HEADING_ID = re.compile(r"(?<!\s)\s*+\{#[^{}]*+\}\s*+$")
_HTML_TABLE = re.compile(r"\s*+<table\b", re.I)


def parse_markdown(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse Markdown; the title is the front matter's, else the first top heading."""
    text = decode(content)
    if len(text) > limits.text_chars:
        return ParsedDocument(text=text, blocks=())
    tokens = _markdown().parse(text)
    blocks = tuple(_blocks(text, tokens))
    matter = _front_matter(tokens)
    top = (b.heading for b in blocks if b.kind is BlockKind.HEADING and b.level == 1)
    return ParsedDocument(
        text=text,
        blocks=blocks,
        title=matter.get("title") or next(top, None),
        language=matter.get("lang") or matter.get("language"),
    )


def _markdown() -> MarkdownIt:
    """Return a parser of blocks only.

    Inline markup would take most of the parsing time, and minutes on crafted input; it is parsed
    only in headings.
    """
    markdown = MarkdownIt("commonmark").enable("table").disable("inline")
    return markdown.use(front_matter_plugin).use(admon_plugin).use(component_tags)


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
    """Return a heading's text without markup and `{#anchor}`."""
    [inline] = markdown.parseInline(source[:_MAX_HEADING_CHARS])
    words = (
        token.content if token.type in _TEXT_TOKENS else " " * (token.type == "softbreak")
        for token in inline.children or ()
    )
    return " ".join(_HEADING_ID.sub("", "".join(words)).split())


def _front_matter(tokens: Sequence[Token]) -> dict[str, str]:
    """Return the front matter's string values; it is ignored unless it is a YAML mapping."""
    if not tokens or tokens[0].type != "front_matter":
        return {}
    try:
        matter = yaml.safe_load(tokens[0].content)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    if not isinstance(matter, dict):
        return {}
    return {str(key): value for key, value in matter.items() if isinstance(value, str)}
