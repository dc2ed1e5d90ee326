"""Makes text from documents and models safe to print on a terminal."""

from __future__ import annotations

import re

# C0 and C1 control characters except tab and line feed: an escape sequence in a document could
# change the window title, move the cursor or hide text
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """Return `text` without terminal control characters."""
    return _CONTROL.sub("", text)
