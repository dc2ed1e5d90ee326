"""The single questions of a text that asks several at once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ragline.questions.terms import terms

_MOST = 4
_ENDS = re.compile(r"(?<=[?？])\s*(?=\S)")
# `What does it cost and how large may it be?`: a second question word behind `and`
_JOINED = re.compile(
    r",?+(?<!\s)\s++(?:and|und|et|y|e|en)\s++(?=(?:how|what|where|when|who|why|which|wie|was|wo|wann|wer|warum"
    r"|comment|combien|quand|où|quel|quelle|cómo|cuánto|cuándo|dónde|quién)\b)",
    re.IGNORECASE,
)
# Without the question before, such a one asks for anything: `how do they differ?`
_POINTS_BACK = re.compile(
    r"\b(?:it|its|they|them|their|theirs|this|these|those|he|she|him|his|hers?)\b", re.IGNORECASE
)
_ASKING = re.compile(
    r"^\W*(?:how|what|where|when|who|why|which|is|are|does|do|can|may|wie|was|wo|wann|wer|warum"
    r"|comment|combien|quand|où|quel|quelle|cómo|cuánto|cuándo|dónde|quién)\b",
    re.IGNORECASE,
)


def question_parts(text: str) -> tuple[str, ...]:
    """Return the questions of `text`, one if it does not clearly ask several.

    >>> question_parts("What does Pro cost and how large may uploads be?")
    ('What does Pro cost', 'how large may uploads be?')
    """
    parts = [part.strip() for each in _ENDS.split(text) for part in _JOINED.split(each)]
    distinct = list(dict.fromkeys(part for part in parts if part))
    several = 1 < len(distinct) <= _MOST and all(is_asking(part) for part in distinct)
    return tuple(distinct) if several else (text,)


def in_context(parts: Iterable[str]) -> tuple[str, ...]:
    """Return each question behind the one before it, if it points back to what that names.

    >>> in_context(("What are the two plans?", "how do they differ?"))
    ('What are the two plans?', 'What are the two plans? how do they differ?')
    """
    found: list[str] = []
    for part in parts:
        found.append(f"{found[-1]} {part}" if found and _POINTS_BACK.search(part) else part)
    return tuple(found)


def speaks_of(part: str, others: Iterable[str], *, text: str) -> bool:
    """Tell whether `text` has a term by which `part` differs from the other questions.

    >>> speaks_of("How large may uploads be?", ["What does Pro cost?"], text="Pro costs 9 EUR.")
    False
    """
    own = terms(part).difference(*map(terms, others))
    return bool(own & terms(text))


def is_asking(part: str) -> bool:
    """Tell whether `part` begins like a question and asks about something."""
    return bool(terms(part)) and (_ASKING.match(part) is not None)
