"""Links to the documents of passages, as answers show them."""

from __future__ import annotations

import re
from collections.abc import Collection

from ragline.citation_markers import find_markers
from ragline.contracts.queries import Passage
from ragline.questions.terms import terms
from ragline_generator.passages import readable
from ragline_generator.passages.context import Context

_ENDS = re.compile(r"(?<![.?!:])[.?!:]++(?=[\"'”’)\]]*+(?:\s|$))")


def document_link(passage: Passage, named: Collection[str] | None = None) -> str:
    """Return the link to a passage's document, and the headings that lead to the passage.

    With `named`, only headings that contain one of these terms which is not in the title.
    """
    title = _named(passage.title)
    if passage.url:
        linked = f"[{title or passage.document_id}]({passage.url})"
    else:  # without a URL, the document's id identifies it
        linked = f"{title} (`{passage.document_id}`)" if title else f"`{passage.document_id}`"
    names = [name for name in map(_named, passage.heading_path) if name and name != title]
    if named is not None:
        names = [name for name in names if not (terms(name) - terms(title)).isdisjoint(named)]
    return f"{linked} — {' > '.join(names)}" if names else linked


def cited_links(text: str, context: Context) -> str:
    """Return a line with marker and link for each cited address that `text` does not show yet.

    The markers of `text` must be those of `context`.
    """
    lines: dict[str, str] = {}
    for marker in find_markers(text):
        passage = context[marker.number - 1].passage
        if passage.url and passage.url not in text:
            lines.setdefault(passage.url, f"{document_link(passage)} [{marker.number}]")
    return "\n\n".join(lines.values())


def _named(name: str) -> str:
    """Return a title without sentence-ending punctuation, which would split the link's sentence."""
    return _ENDS.sub("", readable.sentence(name))
