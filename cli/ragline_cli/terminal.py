"""Text from documents and models on a terminal: shown, never obeyed."""

from __future__ import annotations

import re

# C0 and C1 controls but tab and line feed: an escape sequence in a document could retitle the
# window, move the cursor or hide text
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """Return `text` without characters that steer a terminal."""
    return _CONTROL.sub("", text)
