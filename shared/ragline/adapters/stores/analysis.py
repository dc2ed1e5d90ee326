"""Text analysis for keyword and metadata search: the same words for every store.

Stores disagree on tokenisation, stop words and stemming, and none of them finds `x-dead-letter`,
`v3.12` or `max_length` as people write them. So this module alone splits text into words, and a
store only counts them. The words contain only letters, digits and joiners, so no query syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import Stemmer

from ragline.superscripts import unified

# letters and digits, joined as in identifiers, versions and file names; C++ and C# at the end
_WORD = re.compile(r"\w+(?:[.\-:@'’+]\w+)*(?:\+\+|#)?")
_PART = re.compile(r"[^\W_]+")
# scripts written without spaces are matched by pairs of characters, as Lucene's CJK analyzer does
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
# longer runs are data rather than words, and the size of B-tree entries is limited
_MAX_WORD = 128

# Lucene's English stop set
_STOP_WORDS = re.compile(
    "a|an|and|are|as|at|be|but|by|for|if|in|into|is|it|no|not|of|on|or|such|that|the|their|then|"
    "there|these|they|this|to|was|will|with"
)


def clean(text: str) -> str:
    """Return `text` without what stores cannot hold: NUL (PostgreSQL), lone surrogates (UTF-8)."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def literal_words(text: str) -> list[str]:
    """Return the case-folded words of `text`: each joined word first whole, then its parts.

    >>> literal_words("Set x-max.length")
    ['set', 'x-max.length', 'max', 'length']
    """
    words: list[str] = []
    for word in _joined_words(text):
        words.append(word)
        words += [part for part in _PART.findall(word) if part != word and len(part) > 1]
        words += [pair for run in _UNSPACED.findall(word) for pair in _pairs(run)]
    return words


def whole_words(text: str) -> tuple[str, ...]:
    """Return the distinct case-folded words of `text`; joined words are not split."""
    return tuple(dict.fromkeys(_joined_words(text)))


def keyword_terms(text: str) -> list[str]:
    """Return the terms of `text` for relevance: no stop words, with English stemming (Snowball)."""
    kept = [word for word in literal_words(text) if not _STOP_WORDS.fullmatch(word)]
    # a stemmer is not thread-safe, and making one costs less than a microsecond
    stems: list[str] = Stemmer.Stemmer("english").stemWords(kept)
    return stems


def query_terms(text: str) -> list[str]:
    """Return the distinct terms to search for; none when `text` holds only stop words."""
    return list(dict.fromkeys(keyword_terms(text)))


def _joined_words(text: str) -> Iterator[str]:
    return (match.group()[:_MAX_WORD] for match in _WORD.finditer(unified(clean(text)).casefold()))


def _pairs(run: str) -> Iterator[str]:
    return (run[at : at + 2] for at in range(len(run) - 1))
