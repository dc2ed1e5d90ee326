"""Token F1 between an answer and its reference.

Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text" (2016): lower case,
without punctuation and articles, words counted as often as they occur.
"""

from __future__ import annotations

import re
from collections import Counter

from ragline.citation_markers import text_between_markers

_WORDS = re.compile(r"\w+")
_ARTICLES = frozenset({"a", "an", "the"})


def token_f1(answer: str, reference: str) -> float:
    """Return the harmonic mean of the words' precision and recall, in [0, 1].

    Citation markers (`[1]`) are not counted as words.
    """
    said, expected = _tokens(without_citations(answer)), _tokens(reference)
    shared = (said & expected).total()
    if not shared:
        return float(not said and not expected)
    precision, recall = shared / said.total(), shared / expected.total()
    return 2 * precision * recall / (precision + recall)


def token_recall(answer: str, reference: str) -> float:
    """Return the share of the reference's words in the answer, whatever the answer's length."""
    said, expected = _tokens(without_citations(answer)), _tokens(reference)
    return (said & expected).total() / expected.total() if expected else 1.0


def without_citations(text: str) -> str:
    """Return the text with a space for each citation marker, also for what looks so in code.

    Published figures were measured so.
    """
    return " ".join(text_between_markers(text, in_code=True))


def words(text: str) -> list[str]:
    """Return the words in order, in lower case, without punctuation and articles."""
    return [word for word in _WORDS.findall(text.casefold()) if word not in _ARTICLES]


def _tokens(text: str) -> Counter[str]:
    return Counter(words(text))
