"""Plain text: paragraphs, underlined headings, lists, indented blocks.

Offsets point into the source itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ragline_ingestor.decoding import decode
from ragline_ingestor.document import Block, BlockKind, Content, ParsedDocument, ParseLimits

_PARAGRAPH = re.compile(r"(?:^[^\S\n]*+\S[^\n]*+(?:\n|\Z))++", re.M)
_HEADING = re.compile(r"(?P<title>\S[^\n]*)\n(?P<mark>[=\-~^*#+\"'])(?P=mark){2,}[ \t]*\n?")
_ITEM = re.compile(r"[ \t]{0,3}(?:[-*+•]|\d{1,9}[.)])[ \t]+\S")
_INDENTED = re.compile(r"(?:(?: {3}|\t)[^\n]*+(?:\n|\Z))++")
_JOINED = (BlockKind.LIST, BlockKind.CODE)


def parse_plain(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse plain text; a title is only taken from an underlined first heading."""
    text = decode(content)
    if len(text) > limits.text_chars:
        return ParsedDocument(text=text, blocks=())
    blocks = tuple(_joined(_blocks(text)))
    first = blocks[0].heading if blocks else ""
    return ParsedDocument(text=text, blocks=blocks, title=first or None)


def _blocks(text: str) -> Iterator[Block]:
    marks: list[str] = []
    for match in _PARAGRAPH.finditer(text):
        start, end = match.span()
        if heading := _HEADING.match(text, start, end):
            level = _level(heading["mark"], marks)
            title = " ".join(heading["title"].split())
            yield Block(
                kind=BlockKind.HEADING,
                start=start,
                end=heading.end(),
                level=level,
                heading=title,
            )
            start = heading.end()
        if text[start:end].strip():
            yield Block(kind=_kind(text[start:end]), start=start, end=end)


def _level(mark: str, marks: list[str]) -> int:
    """Return the level of an underline character: by first appearance, as in reStructuredText."""
    if mark not in marks:
        marks.append(mark)
    return marks.index(mark) + 1


def _kind(paragraph: str) -> BlockKind:
    if _ITEM.match(paragraph):
        return BlockKind.LIST
    return BlockKind.CODE if _INDENTED.fullmatch(paragraph) else BlockKind.PARAGRAPH


def _joined(blocks: Iterator[Block]) -> Iterator[Block]:
    """Join neighbouring lists, and neighbouring indented blocks, separated only by blank lines."""
    last: Block | None = None
    for block in blocks:
        if last is not None and last.kind is block.kind and block.kind in _JOINED:
            last = replace(last, end=block.end)
            continue
        if last is not None:
            yield last
        last = block
    if last is not None:
        yield last
