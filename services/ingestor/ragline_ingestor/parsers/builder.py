"""Builds canonical text from extracted pieces, one blank line between blocks."""

from __future__ import annotations

from ragline_ingestor.decoding import clean
from ragline_ingestor.document import Block, BlockKind, ParsedDocument

_BETWEEN = "\n\n"


class TextBuilder:
    """Collects blocks and keeps their offsets in the text under construction."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._blocks: list[Block] = []
        self._length = 0

    @property
    def length(self) -> int:
        """Code points so far."""
        return self._length

    def add(self, kind: BlockKind, text: str, *, level: int = 0) -> None:
        """Append a block without control characters and outer blank lines; ignore blank text."""
        text = clean(text).rstrip().lstrip("\n")
        if not text.strip():
            return
        if self._parts:
            self._append(_BETWEEN)
        start = self._length
        self._append(text)
        heading = " ".join(text.split()) if kind is BlockKind.HEADING else ""
        self._blocks.append(
            Block(kind=kind, start=start, end=self._length, level=level, heading=heading)
        )

    def build(
        self,
        *,
        title: str | None = None,
        language: str | None = None,
        warnings: tuple[str, ...] = (),
        scanned: bool = False,
    ) -> ParsedDocument:
        """Return the document; without a `title` the first heading is the title."""
        headings = (block.heading for block in self._blocks if block.heading)
        return ParsedDocument(
            text="".join(self._parts),
            blocks=tuple(self._blocks),
            title=title or next(headings, None),
            language=language,
            warnings=warnings,
            scanned=scanned,
        )

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
