"""Text analysis for keyword and metadata search: the same words for every store.

Stores disagree on tokenisation, stop words and stemming, and none of them finds `x-dead-letter`,
`v3.12` or `max_length` as people write them. So this module alone splits text into words, and a
store only counts them. Text is folded first (`ragline.folding`), so that every spelling of a
character gives the same words. They contain only letters, digits and joiners, so no query syntax.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex
import Stemmer

from ragline.folding import folded_case
from ragline.unspaced import is_unspaced, pairs, pieces

# letters, with their marks, and digits, joined as in identifiers, versions and file names; C++ and
# C# at the end
_LETTER = r"[\p{L}\p{N}_]"
_WORD = regex.compile(rf"{_LETTER}[\w\p{{M}}]*+(?:[.\-:@'+]{_LETTER}[\w\p{{M}}]*+)*+(?:\+\+|#)?+")
_PART = regex.compile(r"[\p{L}\p{M}\p{N}]+")
# longer runs are data rather than words, and the size of B-tree entries is limited
_MAX_WORD = 128

# Lucene's English stop set
_STOP_WORDS = frozenset(
    """
    a an and are as at be but by for if in into is it no not of on or such that the their then there
    these they this to was will with
    """.split()  # noqa: SIM905  a list of strings would take thirty lines
)


def clean(text: str) -> str:
    """Return `text` without what stores cannot hold: NUL (PostgreSQL), lone surrogates (UTF-8)."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def literal_words(text: str) -> list[str]:
    """Return the words of `text` in one case: each joined word first whole, then its parts.

    Scripts written without spaces give characters and pairs of them.

    >>> literal_words("Set x-max.length 全文")
    ['set', 'x-max.length', 'max', 'length', '全', '文', '全文']
    """
    words: list[str] = []
    for word in _joined_words(text):
        if word.isascii() and word.isalnum():  # most words: there is nothing to take apart
            words.append(word)
            continue
        if is_unspaced(word):
            words += pieces(word)
            continue
        words.append(word)
        words += [part for part in _PART.findall(word) if 1 < len(part) < len(word)]
    return words


def whole_words(text: str) -> tuple[str, ...]:
    """Return the distinct words of `text` in one case; joined words are not split.

    Scripts written without spaces give pairs of characters.
    """
    words: dict[str, None] = {}
    for word in _joined_words(text):
        words |= dict.fromkeys(pairs(word) if is_unspaced(word) else [word])
    return tuple(words)


def keyword_terms(text: str) -> list[str]:
    """Return the terms of `text` for relevance: no stop words, with English stemming (Snowball)."""
    kept = [word for word in literal_words(text) if word not in _STOP_WORDS]
    # a stemmer is not thread-safe, and making one costs less than a microsecond
    stems: list[str] = Stemmer.Stemmer("english").stemWords(kept)
    return stems


def query_terms(text: str) -> list[str]:
    """Return the distinct terms to search for; none when `text` holds only stop words."""
    return list(dict.fromkeys(keyword_terms(text)))


def _joined_words(text: str) -> Iterator[str]:
    for match in _WORD.finditer(folded_case(clean(text))):
        word = match.group()
        yield word if len(word) <= _MAX_WORD or is_unspaced(word) else word[:_MAX_WORD]
