"""Lines that show how a function is called, as manuals print them above its description."""

from __future__ import annotations

import re

_LONGEST = 200
_SIGNATURE = re.compile(
    r"(?:(?:class|def|async|static)\s)?[A-Za-z_][\w.]*+"
    r"\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)*+\)(?:\s->\s[\w.\[\], |]++)?+"
)


def is_signature(line: str) -> bool:
    """Tell whether a line is the call of a function, and nothing else.

    >>> is_signature("box.open(lid, force=False)"), is_signature("Call open() first.")
    (True, False)
    """
    return len(line) <= _LONGEST and _SIGNATURE.fullmatch(line) is not None
