"""A chapter of a book: XHTML, made readable for a parser of HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

# `<title/>` and `<a id="p7"/>` would stay open in HTML and swallow what follows
_CLOSED = re.compile(r"<([A-Za-z][\w:.-]*+)((?:[^<>\"'/]|\"[^\"<]*+\"|'[^'<]*+'|/(?!>))*+)/>")
_VOID = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
        *("source", "track", "wbr"),
    }
)
_CDATA, _CDATA_END = "<![CDATA[", "]]>"


def as_html(source: str) -> str:
    """Return XHTML as HTML of the same content."""
    return _CLOSED.sub(_opened, "".join(_without_cdata(source)))


def _opened(match: re.Match[str]) -> str:
    name, attributes = match[1], match[2]
    return match[0] if name.lower() in _VOID else f"<{name}{attributes}></{name}>"


def _without_cdata(source: str) -> Iterator[str]:
    """Yield the source with what stands in CDATA, which HTML does not know, as text."""
    before, *sections = source.split(_CDATA)
    yield before
    for section in sections:
        text, end, behind = section.partition(_CDATA_END)
        yield escape(text, quote=False) if end else text
        yield behind
