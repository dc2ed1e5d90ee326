"""Refuses HTML nested so deeply that building its tree takes quadratic time.

It scans tags instead of parsing HTML, so a crafted page can bypass it; such a page then hits the
time limit of parsing (the tree is built without Python's global lock). Browsers limit nesting to
512.
"""

from __future__ import annotations

import re
from collections import Counter

from ragline.errors import InvalidDocument

_MAX_DEPTH = 1_000
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_RAW_TEXT = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1|\Z)", re.I | re.S)
# void elements, elements that their next sibling closes, and SVG shapes
_NEVER_NEST = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
        *("source", "track", "wbr"),
        *("body", "colgroup", "dd", "dt", "head", "html", "li", "optgroup", "option", "p", "rp"),
        *("rt", "tbody", "td", "tfoot", "th", "thead", "tr"),
        *("circle", "ellipse", "image", "line", "path", "polygon", "polyline", "rect", "stop"),
        *("use",),
    }
)


def check_depth(source: str) -> None:
    """Refuse `source` when more than 1000 elements are open at the same place.

    A closing tag only cancels an opening tag of the same name, so invented closing tags cannot hide
    the depth.

    Raises:
        InvalidDocument: `too_deep`.
    """
    open_tags: Counter[str] = Counter()
    depth = 0
    for match in _TAG.finditer(_RAW_TEXT.sub("", source)):
        closing, name = match[1], match[2].lower()
        if name in _NEVER_NEST:
            continue
        if not closing:
            open_tags[name] += 1
            depth += 1
        elif open_tags[name]:
            open_tags[name] -= 1
            depth -= 1
        if depth > _MAX_DEPTH:
            raise InvalidDocument(
                f"the HTML nests more than {_MAX_DEPTH} elements: close its elements",
                code="too_deep",
            )
