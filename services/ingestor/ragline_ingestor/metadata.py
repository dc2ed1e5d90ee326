"""Title, headings and language that a document's own text gives, within the bounds of events.

A publisher's metadata is refused beyond its bounds; a heading of a megabyte is only a page without
line ends, so it is shortened and the change's status says so.
"""

from __future__ import annotations

from dataclasses import replace

from ragline.contracts import bounds
from ragline.contracts.documents import DocumentChanged
from ragline_ingestor.prepared import Prepared


def within_bounds(prepared: Prepared, event: DocumentChanged) -> tuple[Prepared, tuple[str, ...]]:
    """Return `prepared` with metadata that an event can carry, and its warnings.

    Those for what is cut here come first, one for each kind. What `event` states
    goes before it, so that is not looked at.
    """
    title, language = prepared.title, prepared.language
    if title is not None and not event.title:
        title = bounds.clip(title, bounds.TITLE_CHARS)
    if language is not None and not event.language and len(language) > bounds.LANGUAGE_CHARS:
        language = None
    chunks = tuple(
        replace(chunk, heading_path=bounds.clip_path(chunk.heading_path))
        for chunk in prepared.chunks
    )
    warnings = []
    if title != prepared.title:
        warnings.append(f"the title was shortened to {bounds.TITLE_CHARS:,} characters")
    if chunks != prepared.chunks:
        warnings.append(
            f"headings were shortened to {bounds.HEADING_CHARS} characters and {bounds.HEADINGS}"
            " levels"
        )
    if language != prepared.language:
        warnings.append("the document's own language tag is too long and was ignored")
    fitted = replace(prepared, title=title, language=language, chunks=chunks)
    return fitted, (*warnings, *prepared.warnings)[: bounds.WARNINGS]
