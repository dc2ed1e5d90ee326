"""The language of a document that states none, from its prose."""

from __future__ import annotations

from ragline.language import detect
from ragline_ingestor.document import BlockKind, ParsedDocument

# code and tables are in no language
_PROSE = (BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST)
_SAMPLE_CHARS = 2_000
# fewer letters than this are names and titles
_LEAST_LETTERS = 40
_LEAST_PROBABILITY = 0.8


def detect_language(document: ParsedDocument) -> str | None:
    """Return the ISO 639 code of the prose's language; None for too little prose, or in doubt.

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
