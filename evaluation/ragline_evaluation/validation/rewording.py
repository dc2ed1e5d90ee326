"""Rewords a sentence without changing its meaning."""

from __future__ import annotations

import re
from collections.abc import Callable

_CONTRACTED = {
    "does not": "doesn't",
    "do not": "don't",
    "is not": "isn't",
    "are not": "aren't",
    "was not": "wasn't",
    "cannot": "can't",
    "can not": "can't",
    "will not": "won't",
}
_PARENTHESIS = re.compile(r"(?<!\s)\s*+\([^()]*+\)")
_ADVERBIAL = re.compile(
    r"((?:In|On|By|During|After|Before|Since|When|If|For|At)\s[^,]{3,60}),\s(\w.*)\.$"
)
_RELATIVE = re.compile(r",\s(?:which|who)\s[^,]*(?:,|(?=\.$))")
_PRONOUN = re.compile(r"(?:He|She|It)\s(?=(?:is|was|has|had|can|will|does|also)\b)")


def reword(sentence: str, title: str) -> str | None:
    """Return `sentence` in another form, or None if no rule applies.

    Parentheses and relative clauses are left out, an opening adverbial moves to the end, an opening
    pronoun is replaced by the title that it refers to, negation is contracted.
    """
    changed = sentence
    for rule in _rules(title):
        changed = rule(changed)
    return changed if changed != sentence else None


def _rules(title: str) -> tuple[Callable[[str], str], ...]:
    return (
        lambda text: _PARENTHESIS.sub("", text),
        lambda text: _RELATIVE.sub("", text),
        lambda text: _PRONOUN.sub(f"{title} ", text) if title else text,
        _adverbial_last,
        _contracted,
    )


def _adverbial_last(text: str) -> str:
    found = _ADVERBIAL.match(text)
    if found is None:
        return text
    adverbial, rest = found[1], found[2]
    return f"{rest[0].upper()}{rest[1:]} {adverbial[0].lower()}{adverbial[1:]}."


def _contracted(text: str) -> str:
    for full, short in _CONTRACTED.items():
        text = re.sub(rf"\b{full}\b", short, text)
    return text
