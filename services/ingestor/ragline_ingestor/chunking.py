"""Cuts a parsed document into chunks along its structure.

Sections are the first boundary; within a section, blocks are packed up to the target size. Lists,
code and tables stay whole while they fit the maximum; longer ones, and paragraphs over the target,
are cut at natural boundaries (`splitting`). A section below the minimum joins the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from ragline_ingestor.document import Block, BlockKind, ParsedDocument
from ragline_ingestor.sections import HeadingPath, Section, sections
from ragline_ingestor.splitting import sentence_start, split

_PROSE = (BlockKind.PARAGRAPH, BlockKind.HEADING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkSizes:
    """Sizes in code points. No chunk is longer than `maximum`.

    `target`: a chunk is closed when the next block would exceed it. `minimum`: a shorter chunk
    joins a neighbour if both fit together. `overlap`: a prose chunk repeats up to this much of the
    preceding prose, from the start of a sentence or word.
    """

    target: int
    minimum: int
    overlap: int
    maximum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """The slice `[start, end)` of the document's text, and the headings above it."""

    text: str
    start: int
    end: int
    heading_path: HeadingPath


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    start: int
    end: int
    prose_first: bool
    prose_last: bool

    @property
    def size(self) -> int:
        return self.end - self.start

    def through(self, other: _Piece) -> _Piece:
        return replace(self, end=other.end, prose_last=other.prose_last)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A piece under its headings; `starts` as of a `Section` while it is its section's only one."""

    piece: _Piece
    path: HeadingPath
    starts: tuple[tuple[int, int], ...] | None


def chunk_document(document: ParsedDocument, sizes: ChunkSizes) -> list[Chunk]:
    """Return the chunks of `document` in order; each `text` is its slice of `document.text`.

    Together they cover every block, except headings that have text below: those are in
    `heading_path`.
    """
    text = document.text
    placed: list[_Placed] = []
    for section in sections(document.blocks):
        for item in _placed(text, section, sizes):
            if placed and (merged := _merged(placed[-1], item, sizes)):
                placed[-1] = merged
            else:
                placed.append(item)
    return [_chunk(text, item) for item in placed]


def _chunk(text: str, item: _Placed) -> Chunk:
    start, end = item.piece.start, item.piece.end
    return Chunk(text=text[start:end], start=start, end=end, heading_path=item.path)


def _placed(text: str, section: Section, sizes: ChunkSizes) -> list[_Placed]:
    pieces = _packed([p for b in section.blocks for p in _pieces(text, b, sizes)], sizes)
    pieces = list(_overlapped(text, pieces, sizes))
    alone = section.starts if len(pieces) == 1 else None
    return [_Placed(piece=piece, path=section.path, starts=alone) for piece in pieces]


def _pieces(text: str, block: Block, sizes: ChunkSizes) -> Iterator[_Piece]:
    prose = block.kind in _PROSE
    span = block.start, block.end
    whole = sizes.target if prose else sizes.maximum
    limit = whole if block.end - block.start <= whole else sizes.target
    for start, end in split(text, span, kind=block.kind, limit=limit):
        if trimmed := _trimmed(text, start, end):
            yield _Piece(start=trimmed[0], end=trimmed[1], prose_first=prose, prose_last=prose)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Drop blank lines at both ends, but keep the first line's indentation: code needs it."""
    part = text[start:end]
    if not part.strip():
        return None
    indented = part[: len(part) - len(part.lstrip())]
    return start + indented.rfind("\n") + 1, start + len(part.rstrip())


def _packed(pieces: Sequence[_Piece], sizes: ChunkSizes) -> list[_Piece]:
    packed: list[_Piece] = []
    for piece in pieces:
        if packed and _fits(packed[-1], piece, sizes):
            packed[-1] = packed[-1].through(piece)
        else:
            packed.append(piece)
    if len(packed) > 1 and packed[-1].size < sizes.minimum:
        last_two = packed[-2].through(packed[-1])
        if last_two.size <= sizes.maximum:
            packed[-2:] = [last_two]
    return packed


def _fits(last: _Piece, piece: _Piece, sizes: ChunkSizes) -> bool:
    size = piece.end - last.start
    return size <= sizes.target or (last.size < sizes.minimum and size <= sizes.maximum)


def _overlapped(text: str, pieces: Sequence[_Piece], sizes: ChunkSizes) -> Iterator[_Piece]:
    yield from pieces[:1]
    for before, piece in pairwise(pieces):
        start = _overlap_start(text, before, piece, sizes)
        yield piece if start is None else replace(piece, start=start)


def _overlap_start(text: str, before: _Piece, piece: _Piece, sizes: ChunkSizes) -> int | None:
    if not (before.prose_last and piece.prose_first and sizes.overlap):
        return None
    if text[before.end : piece.start].strip():
        return None
    earliest = max(before.start, before.end - sizes.overlap)
    start = sentence_start(text, (earliest, before.end))
    return start if start is not None and piece.end - start <= sizes.maximum else None


def _merged(last: _Placed, item: _Placed, sizes: ChunkSizes) -> _Placed | None:
    """Join a section below the minimum with the next; the text then shows their headings.

    All those that they do not share: also one that has subsections and no text of its own.
    """
    if last.starts is None or last.piece.size >= sizes.minimum:
        return None
    path = _shared(last.path, item.path)
    shown = (start for depth, start in last.starts if depth >= len(path))
    joined = replace(last.piece.through(item.piece), start=min(shown, default=last.piece.start))
    if joined.size > sizes.target:
        return None
    alone = last.starts if item.starts is not None else None
    return _Placed(piece=joined, path=path, starts=alone)


def _shared(left: HeadingPath, right: HeadingPath) -> HeadingPath:
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False))
    return tuple(pair[0] for pair in pairs)
