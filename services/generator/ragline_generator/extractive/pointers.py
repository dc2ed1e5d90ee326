"""Sentences that say where something is told, and not what: of use only to who looks for a text."""

from __future__ import annotations

import re
from collections.abc import Collection

from ragline.questions.terms import terms

_SHARE = 0.5
_POINTER = re.compile(
    r"\b(?:to learn more|learn more about|(?:please )?see (?:also |the |our )"
    r"|(?:is|are) (?:covered|documented|discussed|described|explained) "
    r"(?:in|on|below|above|separately|elsewhere)"
    r"|this (?:guide|section|page|document|chapter|tutorial|article|topic) "
    r"(?:covers|describes|explains|provides|contains|includes|assumes|lists|discusses"
    r"|is (?:mainly |meant |intended )?for)"
    r"|the (?:next|following|previous) (?:section|chapter|guide|tutorial)"
    r"|section (?:includes|contains|provides|covers)"
    r"|(?:is|are) (?:contained|given|found|defined) in (?:the )?"
    r"(?:section|chapter|\w+(?: \w+){0,3} section))\b"
    r"|(?:\A|, |please |can |and )refer to\b|(?:\A|, )see (?:section )?(?=[A-Z\"`\[])",
    re.IGNORECASE,
)
# A line of contents: a heading of another place that is a question without its mark
_HEADING = re.compile(
    r"\W*(?:\d+\.\s+)?(?:how|what|why|when|where|which|who)\b[^.?!:]*$", re.IGNORECASE
)
# When something came or went, which is no answer to what it is
_HISTORY = re.compile(
    r"\W*+(?:changed|new|added|deprecated|removed|since) (?:in )?(?:version|release)\b",
    re.IGNORECASE,
)


def directness(text: str, asked: Collection[str]) -> float:
    """Return a factor in [0, 1]: how far a unit tells something itself.

    A line of contents in the words of the question, `asked`, tells nothing.
    """
    if _HEADING.match(text) and terms(text).issubset(asked):
        return 0.0
    return _SHARE if _POINTER.search(text) or _HISTORY.match(text) else 1.0
