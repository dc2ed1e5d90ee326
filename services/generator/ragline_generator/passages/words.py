"""The content words of a text in order, with names, numbers and negation recognized.

They serve to compare the meaning of two sentences rather than their shared words: a claim may not
replace a name or a number, nor negate what its source affirms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import regex

from ragline.folding import folded
from ragline.questions.terms import STOP_WORDS, WORD, stem
from ragline.unspaced import is_unspaced, pairs

_TOKEN = regex.compile(
    r"(?<![^\W_])[vV]?(?P<number>\d+(?:[.,:]\d+)*(?:\^[-+]?\d+)?)(?:st|nd|rd|th)?(?![^\W\d_]*\d)"
    rf"|(?P<word>{WORD}(?:'{WORD})*)(?:\^(?P<power>-?\d+))?|(?P<stop>[.!?;:](?=\s|$)|\|)|(?P<tick>`)"
)
# fmt: off
_COUNTED = (
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)
# fmt: on
_NUMBER_WORDS = {word: str(value) for value, word in enumerate(_COUNTED, start=2)}
_NEGATION = re.compile(
    r"(?:not|no|never|none|nothing|neither|nor|cannot|without|unable)$|.*n't$", re.IGNORECASE
)
# The number of content words after a negation that are taken as negated: with two, `does not
# support mirrored queues` would contradict `mirrored queues are not supported`
_SCOPE = 1
# A raised 1 behind a number is a footnote's mark, and so is any number behind a longer word
_MARK = "^1"
_LONGEST_UNIT = 2


class Sort(StrEnum):
    """The kind of a word. Names (also codes and identifiers) and numbers cannot be paraphrased.

    A number word can: `there are two ways` counts what its source lists.
    """

    PLAIN = "plain"
    NAME = "name"
    NUMBER = "number"
    NUMBER_WORD = "number word"


NUMBERS = frozenset({Sort.NUMBER, Sort.NUMBER_WORD})


@dataclass(frozen=True, slots=True)
class Word:
    """A content word, stemmed."""

    term: str
    sort: Sort = Sort.PLAIN
    negated: bool = False

    @property
    def literal(self) -> bool:
        """Whether it is a name or a number."""
        return self.sort is not Sort.PLAIN


@lru_cache(maxsize=8_192)
def words(text: str) -> tuple[Word, ...]:
    """Return the content words of `text`, in order."""
    return tuple(_words(folded(text)))


@lru_cache(maxsize=8_192)
def denies(text: str) -> bool:
    """Return whether `text` holds a negation, such as `not` or `without`."""
    tokens = (token["word"] for token in _TOKEN.finditer(text))
    return any(word and _NEGATION.match(word) for word in tokens)


def _words(text: str) -> Iterator[Word]:
    tokens = list(_TOKEN.finditer(text))
    negated = ticks = 0
    for at, token in enumerate(tokens):
        if token["stop"]:
            negated = 0
        elif token["tick"]:
            ticks += 1
        elif token["word"] and _NEGATION.match(token["word"]):
            negated = _SCOPE
        else:
            for word in _content(text, tokens, at, in_code=ticks % 2 == 1):
                yield Word(word.term, word.sort, negated > 0)
                negated = max(0, negated - 1)


def _content(
    text: str, tokens: list[regex.Match[str]], at: int, *, in_code: bool
) -> Iterator[Word]:
    token = tokens[at]
    if token["number"]:
        if text[token.end() : token.end() + 1] != ")":  # `1)` is a list number
            number = token["number"].replace(",", "").replace("+", "")
            yield Word(number.removesuffix(_MARK), Sort.NUMBER)
        return
    cased = token["word"].casefold()
    bare = cased.partition("'")[0]
    if token["power"] and len(cased) <= _LONGEST_UNIT:  # `m²` is also written as `m2`
        yield Word(cased + token["power"], Sort.NAME)
    elif is_unspaced(cased):
        yield from map(Word, pairs(cased))
    elif bare in _NUMBER_WORDS:
        yield Word(_NUMBER_WORDS[bare], Sort.NUMBER_WORD)
    elif cased not in STOP_WORDS and bare not in STOP_WORDS:
        named = in_code or _is_name(text, tokens, at)
        yield Word(stem(bare), Sort.NAME if named else Sort.PLAIN)


def _is_name(text: str, tokens: list[regex.Match[str]], at: int) -> bool:
    """Tell whether a word is written as a name, not only capitalized to begin a sentence."""
    token = tokens[at]
    word = token["word"]
    joined = "_" in (text[token.start() - 1 : token.start()], text[token.end() : token.end() + 1])
    if joined or any(c.isupper() or c.isdigit() for c in word[1:]):
        return True
    if not word[0].isupper():
        return False
    before = text[: token.start()].rstrip().rstrip("\"'`*_([")
    begins = not before.rstrip() or before.rstrip()[-1] in ".!?:;|-#\n"
    return not begins or _goes_on(text, tokens, at)


def _goes_on(text: str, tokens: list[regex.Match[str]], at: int) -> bool:
    """Tell whether the next word, after a single blank, is capitalized too."""
    if at + 1 == len(tokens):
        return False
    own, following = tokens[at], tokens[at + 1]
    between = text[own.end() : following.start()]
    return between == " " and following.group()[0].isupper()
