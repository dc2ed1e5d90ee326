"""The question inside a long text, and its words without what says nothing.

Of a story with one question in it, every word would be searched for in the passages, and most are
in none. What is asked stands in one clause.
"""

from __future__ import annotations

import re

from ragline.questions.terms import terms

_LONG = 40
_LEAST_TERMS = 2
_MOST_TERMS = 12
_INTERROGATIVE = (
    r"(?:how|what|who|whom|whose|where|when|why|whether|which|wie|was|wer|wo|wann|warum|ob|welche\w*"
    r"|comment|combien|quand|où|pourquoi|quel\w*+|cómo|cuánt\w++|cuándo|dónde|qué|quién)\b"
)
_CUE = re.compile(
    r"\b(?:know|tell\s++me|wonder\w*+|ask\w*+|question|find\s++out|understand|explain|sure|clear"
    r"|wissen|sagen|fragen?|savoir|dire|saber|decir)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(rf"(?<![\w'’]){_INTERROGATIVE}[^,;.?!:\n]*+", re.IGNORECASE)
# `the year 2040` is 2040
_YEAR = re.compile(
    r"\b(?:the\s++)?(?:calendar\s++|fiscal\s++)?year\s++(?=(?:19|20)\d\d\b)", re.IGNORECASE
)


def core_question(text: str) -> str:
    """Return the clause of a long `text` that asks, or a short text as it is.

    >>> core_question("What is planned for the year 2040?")
    'What is planned for 2040?'
    """
    text = _YEAR.sub("", text)
    if len(text.split()) < _LONG:
        return text
    clauses = [match for match in _CLAUSE.finditer(text) if _asks(match.group())]
    cues = [cue.end() for cue in _CUE.finditer(text)]
    wanted = [each for each in clauses if any(cue <= each.start() for cue in cues)]
    # a relative clause (`which is expensive`) mostly follows a comma and its noun
    told = [each for each in wanted or clauses if not _relative(text, each)]
    asked = next((each for each in told if text[each.end() : each.end() + 1] in "?？"), None)
    found = asked or next(iter(told), None)
    return found.group().strip() + "?" if found is not None else text


def _asks(clause: str) -> bool:
    return _LEAST_TERMS <= len(terms(clause)) <= _MOST_TERMS


def _relative(text: str, clause: re.Match[str]) -> bool:
    word = clause.group().split(maxsplit=1)[0].casefold()
    if word not in ("which", "who", "whom", "whose", "where", "when"):
        return False
    before = text[: clause.start()].rstrip()
    ended = not before or before[-1] in ".?!:\n"
    return not (ended or _CUE.search(before[-24:]))
