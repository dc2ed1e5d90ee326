"""German follow-ups: a pronoun in a question without a noun stands for the earlier question's noun.

German writes its nouns with a capital, so both can be seen without a grammar.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_][\w-]*")
_OPENING = re.compile(
    r"^(?:(?:und|aber|oder|also|ok(?:ay)?|danke|gut)\b[\s,.!]*)*"
    r"(?:wie|was|wo|wann|wer|wem|wen|wessen|warum|wieso|weshalb|woher|wohin|wofür|womit|wozu|welche[rsnm]?"
    r"|ab|bis|seit|kann|darf|muss|soll|gilt|ist|sind|hat|gibt|braucht)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?:er|sie|es|ihn|ihm|ihr|ihnen|der|die|das|den|dem|dieser?|dieses|diesen|diesem)\b"
)
_EXPLETIVE = re.compile(r"\bes\s++(?:möglich|nötig|erlaubt|verboten|noch|schon|spät)\b")
# Words with a capital that name nothing
_NO_NOUNS = frozenset({"Sie", "Ihnen", "Ihr", "Ihre", "Ihren", "Ihrem", "Ich"})


def joined(text: str, previous: str) -> str:
    """Return `text` with the noun of `previous` behind its pronoun, or `text` if it has none."""
    if not _OPENING.match(text) or _noun(text):
        return text
    pronoun = _PRONOUN.search(text)
    noun = _noun(previous) if pronoun and not _EXPLETIVE.search(text) else None
    if pronoun is None or noun is None:
        return text
    return f"{text[: pronoun.end()]} ({noun}){text[pronoun.end() :]}"


def _noun(text: str) -> str | None:
    """Return the first word with a capital that does not begin the text or name the reader."""
    words = list(_WORD.finditer(text))[1:]
    return next(
        (word[0] for word in words if word[0][0].isupper() and word[0] not in _NO_NOUNS), None
    )
