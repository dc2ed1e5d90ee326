"""A chapter of a book: XHTML, made readable for a parser of HTML."""

from __future__ import annotations

import re

# `<title/>` and `<a id="p7"/>` would stay open in HTML and swallow what follows
_CLOSED = re.compile(r"<([A-Za-z][\w:.-]*+)((?:[^<>\"'/]|\"[^\"<]*+\"|'[^'<]*+'|/(?!>))*+)/>")
_VOID = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
        *("source", "track", "wbr"),
    }
)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.S)


def as_html(source: str) -> str:
    """Return XHTML as HTML of the same content."""
    return _CLOSED.sub(_opened, _CDATA.sub(_escaped, source))


def _opened(match: re.Match[str]) -> str:
    name, attributes = match[1], match[2]
    return match[0] if name.lower() in _VOID else f"<{name}{attributes}></{name}>"


def _escaped(match: re.Match[str]) -> str:
    return match[1].replace("&", "&amp;").replace("<", "&lt;")
