"""Puts a question into the documents' own words: spelling, and short forms for long ones.

Only what the documents do not have is replaced, by what the passages found for the rest of the
question have: a misspelt word by its nearest, `PTO` by words with these initials, `service level
agreement` by `SLA`. Where the documents define a short form (`paid time off (PTO)`), the other form
is added. The words come from the passages that were found, so that any store will do, and nobody
gets a word that is only in documents of others.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import get_close_matches

from ragline.questions.terms import STOP_WORDS

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_SHORT_FORM = re.compile(r"(?<![\w-])[A-Z]{2,6}(?![\w-])")
_LONGEST_FORM = 6
_DEFINED_FORM = re.compile(r"\(([A-Z]{2,6})s?\)")
# They ask or join, and are no misspelling of what a document says
_ASKING = frozenset(
    re.findall(
        r"\w+",
        """
        about after also anybody anyone anything before been being between both compare could
        count does doing list name
        done each either else ever every from give have having here hers herself himself itself
        just know like made make many more most much must need only other ours over please same
        shall should show some somebody someone something such take tell than thank thanks that
        their them then there these they this those through under until upon very want were what
        when where whether which while whom whose will with within without would your yours
        """,
    )
)
_CAPITALIZED = re.compile(r"[A-Z][a-z]+(?:[ -][A-Z][a-z]+){1,5}")
_NEAR = 0.8
_LEAST_LETTERS = 4
# Longer ones are no words, and too long to be carried on
_MOST_LETTERS = 128


def reworded(question: str, *, unknown: Collection[str], texts: Sequence[str]) -> str:
    """Return `question` in the words of `texts`, those of the passages found for it.

    Args:
        question: the standalone question.
        unknown: its words that no document has, as it spells them.
        texts: titles, headings and text of the passages, best first.
    """
    question = _with_other_form(question, texts)
    if not unknown:
        return question
    question = _shortened(question, unknown, texts)
    known = _vocabulary(texts)
    for word in unknown:
        nearest = _spelt_out(word, texts) or _nearest(word, known)
        if nearest is not None:
            question = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", nearest, question)
    return question


def unheard(question: str, texts: Iterable[str]) -> tuple[str, ...]:
    """Return the words of `question`, as it spells them, that are not in these `texts`.

    Words that only ask are left out, short ones unless they look like a name or a code, and what
    is too long for a word.
    """
    asked = [
        word
        for word in dict.fromkeys(_WORD.findall(question))
        if word.casefold() not in _ASKING
        if len(word) >= _LEAST_LETTERS or (len(word) > 1 and not word.islower())
        if len(word) <= _MOST_LETTERS
    ]
    missing = {word.casefold() for word in asked}
    for text in texts:
        if not missing:
            break
        # taking a text apart costs forty times as much as looking for the words' letters in it
        if any(word in letters for letters in (text.casefold(),) for word in missing):
            missing.difference_update(word.casefold() for word in _WORD.findall(text))
    return tuple(word for word in asked if word.casefold() in missing)


def _with_other_form(question: str, texts: Iterable[str]) -> str:
    """Add the long form behind a short one that the texts define, or the short one behind it."""
    for short, long in dict.fromkeys(_definitions(texts)):
        brief = re.search(rf"(?<![\w-]){short}(?![\w-])", question)
        full = re.search(rf"(?i)(?<!\w){re.escape(long)}(?!\w)", question)
        if brief and not full:
            return f"{question[: brief.end()]} ({long.lower()}){question[brief.end() :]}"
        if full and not brief:
            return f"{question[: full.end()]} ({short}){question[full.end() :]}"
    return question


def _definitions(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield short and long forms where a text has the one in brackets behind the other."""
    for text in texts:
        for match in _DEFINED_FORM.finditer(text):
            before = _WORD.findall(text[max(0, match.start() - 120) : match.start()])
            long = before[-len(match[1]) :]
            if _initials(long) == match[1]:
                yield match[1], " ".join(long)


def _shortened(question: str, unknown: Collection[str], texts: Iterable[str]) -> str:
    """Put a short form of the texts in place of words with its initials, one of them unknown.

    A name neither begins nor ends with a word such as `to`.
    """
    short = {form for text in texts for form in _SHORT_FORM.findall(text)}
    found = list(_WORD.finditer(question))
    for length in range(_LONGEST_FORM, 1, -1):
        for at in range(len(found) - length + 1):
            run = found[at : at + length]
            told = [match.group() for match in run]
            if not STOP_WORDS.isdisjoint((told[0].casefold(), told[-1].casefold())):
                continue
            if _initials(told) in short and not set(told).isdisjoint(unknown):
                return f"{question[: run[0].start()]}{_initials(told)}{question[run[-1].end() :]}"
    return question


def _spelt_out(word: str, texts: Iterable[str]) -> str | None:
    """Return words of the texts with the initials `word`, which is a short form.

    They must be a line of their own, such as a title, or all capitalized: some words with these
    initials stand side by side in any longer text.
    """
    if not _SHORT_FORM.fullmatch(word):
        return None
    for text in texts:
        for line in text.split("\n"):
            own = _WORD.findall(line)
            if len(own) == len(word) and _initials(own) == word:
                return " ".join(own).lower()
        for match in _CAPITALIZED.finditer(text):
            own = _WORD.findall(match.group())
            if len(own) == len(word) and _initials(own) == word:
                return " ".join(own).lower()
    return None


def _initials(found: Sequence[str]) -> str:
    return "".join(word[0] for word in found).upper()


def _vocabulary(texts: Iterable[str]) -> list[str]:
    folded = (word.casefold() for text in texts for word in _WORD.findall(text))
    return [word for word in dict.fromkeys(folded) if len(word) >= _LEAST_LETTERS]


def _nearest(word: str, known: Sequence[str]) -> str | None:
    """Return the known word that `word` is a misspelling of; never for codes and names with digits.

    Short words have too many neighbours: of them only letters in another order are a misspelling.
    """
    folded = word.casefold()
    if len(folded) < _LEAST_LETTERS or not folded.isalpha() or not folded.isascii():
        return None
    alike = [each for each in known if each[0] == folded[0] and not _inflected(each, folded)]
    turned = [each for each in alike if sorted(each) == sorted(folded)]
    if turned or len(folded) == _LEAST_LETTERS:
        return turned[0] if turned else None
    return next(iter(get_close_matches(folded, alike, n=1, cutoff=_NEAR)), None)


def _inflected(one: str, other: str) -> bool:
    """Tell whether two words differ in their ends only: `large` is no misspelling of `largest`."""
    least = min(len(one), len(other)) - 1
    return one[:least] == other[:least]
