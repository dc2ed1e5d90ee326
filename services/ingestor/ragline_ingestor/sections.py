"""Groups a document's blocks by heading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ragline_ingestor.document import Block, BlockKind

HeadingPath = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The blocks directly under one heading.

    `starts` are where the headings of `path` begin that follow the section before, by their depth;
    without any, where the text begins.
    """

    path: HeadingPath
    starts: tuple[tuple[int, int], ...]
    blocks: tuple[Block, ...]


def sections(blocks: Sequence[Block]) -> list[Section]:
    """Return the sections that have text of their own, in order.

    A heading without text and subsections becomes the text of a section under its parents, so that
    a page of headings only can still be found.
    """
    found: list[Section] = []
    stack: list[Block] = []
    body: list[Block] = []
    opened: list[tuple[int, int]] = []
    for block, following in zip(blocks, [*blocks[1:], None], strict=False):
        if block.kind is BlockKind.HEADING:
            stack = [*(above for above in stack if above.level < block.level), block]
            opened.append((len(stack) - 1, block.start))
            if _is_leaf(block, following):
                content = (replace(block, kind=BlockKind.PARAGRAPH),)
                path = _path(stack[:-1])
                found.append(Section(path=path, starts=tuple(opened), blocks=content))
                opened = []
            continue
        body.append(block)
        if following is None or following.kind is BlockKind.HEADING:
            starts = tuple(opened) or ((len(stack), body[0].start),)
            found.append(Section(path=_path(stack), starts=starts, blocks=tuple(body)))
            body, opened = [], []
    return found


def _is_leaf(heading: Block, following: Block | None) -> bool:
    return following is None or (
        following.kind is BlockKind.HEADING and following.level <= heading.level
    )


def _path(stack: Sequence[Block]) -> HeadingPath:
    return tuple(block.heading for block in stack)
