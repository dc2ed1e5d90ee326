"""Repeats a table's head above each piece that a long table is cut into.

A row without the names of its columns says little: `B-108 | 118 | 258`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ragline_ingestor.chunking import ChunkSizes
from ragline_ingestor.document import Block, BlockKind, ParsedDocument

# the line below the names of the columns: `|---|:-:|`, `--- | ---`
_RULE = re.compile(r"[|:\t ]*+-[|:\-\t ]*+")
# caption, names, rule
_HEAD_LINES = 4


def with_repeated_heads(document: ParsedDocument, sizes: ChunkSizes) -> ParsedDocument:
    """Return `document` with each table over the maximum as several, with the same head.

    A table without a recognisable head, or with one over half of the target, stays as it is.
    """
    parts: list[str] = []
    blocks: list[Block] = []
    at, added = 0, 0
    for block in document.blocks:
        pieces = list(_pieces(document.text[block.start : block.end], block, sizes))
        if len(pieces) < 2:
            blocks.append(replace(block, start=block.start + added, end=block.end + added))
            continue
        parts.append(document.text[at : block.start])
        start = block.start + added
        for number, piece in enumerate(pieces):
            between = "\n\n" if number else ""
            start += len(between)
            parts += [between, piece]
            blocks.append(replace(block, start=start, end=start + len(piece)))
            start += len(piece)
        added = start - block.end
        at = block.end
    text = "".join([*parts, document.text[at:]])
    return replace(document, text=text, blocks=tuple(blocks))


def _pieces(text: str, block: Block, sizes: ChunkSizes) -> Iterator[str]:
    if block.kind is not BlockKind.TABLE or len(text) <= sizes.maximum:
        return
    head = _head(text)
    if not head or len(head) > sizes.target // 2:
        return
    rows = ""
    for row in text[len(head) :].splitlines(keepends=True):
        if rows and len(head) + len(rows) + len(row) > sizes.target:
            yield (head + rows).rstrip("\n")
            rows = ""
        rows += row
    # the last piece keeps the ending of the block
    yield head + rows


def _head(text: str) -> str:
    """Return the lines up to the rule below the names; empty if there is none."""
    head = ""
    for line in text.split("\n", _HEAD_LINES)[:_HEAD_LINES]:
        head += line + "\n"
        if head.count("\n") > 1 and "|" in head and _RULE.fullmatch(line):
            return head
    return ""
