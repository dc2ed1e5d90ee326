"""Makes a true sentence false by one change: a number, a negation, a name.

The three alterations are those of FactCC (Kryscinski et al., "Evaluating the Factual Consistency of
Abstractive Text Summarization", 2020). They share no code with the validator that they test.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

_NUMBER = re.compile(r"(?<![\w.,-])\d{1,4}(?:,\d{3})*(?:\.\d+)?(?![\w-]|\.\d)")
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|can|could|will|would|should|must|may|does|do|did|has|have|had)\b"
    r"(?! not\b|n['’]t)"
)
_NEGATED = re.compile(r"\b(is|are|was|were|can|could|will|would|should|must|does|do|did) not\b")
_NAME = re.compile(r"[A-Z][\w.’'-]*\w(?:\s+[A-Z][\w.’'-]*\w)*|\b\w+_\w+\b|`[^`\s]{3,40}`")
_SAME_WORD = 4


def numbers_in(text: str) -> list[str]:
    """Return the plain numbers of `text`, in order."""
    return _NUMBER.findall(text)


def other_number(sentence: str, around: str, random: Random) -> str | None:
    """Return `sentence` with one number changed, preferably to one found in `around`."""
    found = list(_NUMBER.finditer(sentence))
    if not found:
        return None
    changed = random.choice(found)
    own = {match.group() for match in found}
    near = [number for number in numbers_in(around) if number not in own]
    other = random.choice(near) if near and random.random() < 0.5 else _shifted(changed.group())
    return sentence[: changed.start()] + other + sentence[changed.end() :]


def _shifted(number: str) -> str:
    value = float(number.replace(",", ""))
    if not value.is_integer():
        return f"{value * 2:g}"
    return str(int(value) + (7 if value > 20 else 2))


def negation(sentence: str, random: Random) -> str | None:
    """Return `sentence` with `not` inserted after its auxiliary, or removed if it is there."""
    negated = list(_NEGATED.finditer(sentence))
    if negated:
        match = random.choice(negated)
        return sentence[: match.end() - len(" not")] + sentence[match.end() :]
    found = _AUXILIARY.search(sentence)
    if found is None or re.search(r"\b(?:not|no|never|cannot|without)\b|n['’]t", sentence):
        return None
    return f"{sentence[: found.end()]} not{sentence[found.end() :]}"


def names_in(text: str) -> list[str]:
    """Return names, codes and identifiers of `text`; a plain first word is not one."""
    return [
        match.group()
        for match in _NAME.finditer(text)
        if match.start() > 0 or re.search(r"\s[A-Z]|[_`\d]|[a-z][A-Z]", match.group())
    ]


def other_name(sentence: str, around: str, elsewhere: Sequence[str], random: Random) -> str | None:
    """Return `sentence` with a name replaced by one from `around`, else from `elsewhere`."""
    own = names_in(sentence)
    if not own:
        return None
    name = random.choice(own)
    near = [each for each in names_in(around) if _foreign(each, sentence)]
    far = [each for each in elsewhere if _foreign(each, f"{sentence} {around}")]
    pool = near if near and random.random() < 0.5 else far
    return sentence.replace(name, random.choice(pool)) if pool else None


def exchanged_names(sentence: str) -> str | None:
    """Return `sentence` with its first two names swapped.

    Names in a list (`A and B`, `A, B`) are not swapped, because their order has no meaning.
    """
    own = list(dict.fromkeys(names_in(sentence)))
    if len(own) < 2 or own[0] in own[1] or own[1] in own[0]:
        return None
    first, second = own[:2]
    start, end = sentence.find(first) + len(first), sentence.find(second)
    between = sentence[start:end] if start <= end else ""
    if len(between.split()) < 2 or re.search(r",|;|\b(?:and|or|with|&)\b", between):
        return None
    return sentence.replace(first, "\0").replace(second, first).replace("\0", second)


def _foreign(name: str, text: str) -> bool:
    """Tell whether no word of `name` is in `text`: part of a name may refer to the same thing."""
    lowered = text.casefold()
    words = [word for word in re.findall(r"\w+", name.casefold()) if len(word) >= _SAME_WORD]
    return bool(words) and not any(word[:_SAME_WORD] in lowered for word in words)
