"""Detects the language of a document from its prose, if the event does not state it."""

from __future__ import annotations

from ragline.language import detect
from ragline_ingestor.document import BlockKind, ParsedDocument

# code and tables are not in a natural language
_PROSE = (BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST)
_SAMPLE_CHARS = 2_000
# a shorter text is mostly names and titles
_LEAST_LETTERS = 40
_LEAST_PROBABILITY = 0.8


def detect_language(document: ParsedDocument) -> str | None:
    """Return the ISO 639 code of the prose's language; None if it is too short or unclear.

    Loads a model on first use, so call it from worker threads.
    """
    return detect(
        _prose(document), least_letters=_LEAST_LETTERS, least_probability=_LEAST_PROBABILITY
    )


def _prose(document: ParsedDocument) -> str:
    parts: list[str] = []
    missing = _SAMPLE_CHARS
    for block in document.blocks:
        if block.kind in _PROSE and missing > 0:
            parts.append(document.text[block.start : min(block.end, block.start + missing)])
            missing -= len(parts[-1])
    return "\n".join(parts)
