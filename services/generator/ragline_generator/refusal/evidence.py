"""Lexical signals that the passages contain what a question asks for.

Shares are in [0, 1], and 0 if no passage contains any term. Each share is smoothed by one extra
term that counts as found: one missing word out of two is weaker evidence than six out of twelve.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import mean

import regex

from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Passage
from ragline.folded_text import FoldedText
from ragline.questions.terms import WORD, sequence, terms
from ragline_generator.passages.context import file_words, label
from ragline_generator.passages.injected import is_injected, without_injected
from ragline_generator.passages.ranking import Ranked, coverage, term_weights
from ragline_generator.refusal.proper_names import holds, proper_names

_NAME = re.compile(r"\d|_|[A-Z]{2}|[a-z][A-Z]")
_WORD = regex.compile(rf"{WORD}(?:[-'._/]{WORD})*+")
# Account and telephone numbers; like e-mail addresses they are not repeated in an answer
_LONG_NUMBER = re.compile(r"\d[\d ()./-]{4,}\d")
_LONGEST = 40


class PassageTerms:
    """The terms of the passages, in order, each preceded by those of its names.

    These are the document's file, title and headings.
    """

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._sequences = [
            sequence(f"{file_words(p.document_id)} . {label(p)} . {without_injected(p.text)}")
            for p in passages
        ]
        self._terms = [frozenset(each) for each in self._sequences]
        self._titles = [terms(label(p)) for p in passages]

    def words(self, wanted: frozenset[str]) -> float:
        """Return the share of the terms in the best passage, with equal weights."""
        held = max((len(wanted & found) for found in self._terms), default=0)
        return (held + 1) / (len(wanted) + 1) if held else 0.0

    def phrases(self, question: Sequence[str]) -> float | None:
        """Return the share of pairs of neighbouring terms that are close in the best passage.

        Two terms are close if they are neighbours or have one term between them, in either order.
        None if the question has no pairs.
        """
        pairs = {frozenset(pair) for pair in pairwise(question) if len(set(pair)) > 1}
        if not pairs:
            return None
        held = max((len(pairs & _close(each)) for each in self._sequences), default=0)
        return (held + 1) / (len(pairs) + 1)

    def titles(self, wanted: frozenset[str]) -> float:
        """Return the share of the terms that the title and headings of one passage name."""
        return max((len(wanted & named) for named in self._titles), default=0) / (len(wanted) or 1)

    def lacks_name(self, question: str) -> bool:
        """Tell whether no passage has a name of several words that the question has."""
        return any(
            not any(holds(name, each) for each in self._sequences)
            for name in proper_names(question)
        )

    def missing(self, question: str) -> tuple[str, ...]:
        """Return the question's words, as it spells them, that no passage contains.

        Those that look like names, codes or numbers come first. E-mail addresses, long numbers and
        overlong words are left out.
        """
        held = frozenset[str]().union(*self._terms)
        words = dict.fromkeys(_words(_without_private(question)))
        opening = next(iter(words), "")
        missing = [w for w in words if len(w) <= _LONGEST and (own := terms(w)) and not own & held]
        return tuple(sorted(missing, key=lambda word: not _looks_named(word, opening)))


def looking_named(words: Iterable[str], question: str) -> list[str]:
    """Return those `words` of the question that look like names, codes or numbers."""
    opening = next(_words(question), "")
    return [word for word in words if word and _looks_named(word, opening)]


def _words(text: str) -> Iterator[str]:
    """Yield the words of `text` as it spells them; a run of a script without spaces is one."""
    searched = FoldedText(text)
    return (searched.source(*match.span()) for match in _WORD.finditer(searched.text))


def _without_private(question: str) -> str:
    # word by word, because a pattern that searches for an @ takes seconds on a very long word
    plain = " ".join(word for word in question.split() if "@" not in word)
    return _LONG_NUMBER.sub(" ", plain)


def _looks_named(word: str, opening: str) -> bool:
    return _NAME.search(word) is not None or (word != opening and word[0].isupper())


def _close(found: Sequence[str]) -> set[frozenset[str]]:
    return {frozenset(pair) for step in (1, 2) for pair in zip(found, found[step:], strict=False)}


def window(
    wanted: frozenset[str], passages: Sequence[Passage], ranked: Sequence[Sequence[Ranked]]
) -> float:
    """Return the greatest share of the terms in two neighbouring units, headings included.

    Terms are weighted by their rarity among all units.
    """
    weights = term_weights(wanted, [each.terms for units in ranked for each in units])
    best = 0.0
    for passage, units in zip(passages, ranked, strict=True):
        headings = terms(f"{file_words(passage.document_id)} . {label(passage)}")
        read = [each.terms for each in units if not is_injected(each.text)]
        for own, after in zip(read, [*read[1:], frozenset[str]()], strict=False):
            best = max(best, coverage(weights, own | after | headings))
    return (best * len(wanted) + 1) / (len(wanted) + 1) if best else 0.0


def margin(passages: Sequence[Passage]) -> float | None:
    """Return how far the best passage's final score is above the others' mean, in [0, 1].

    None if there are no two scores to compare.
    """
    best, *others = sorted((p.score for p in passages), reverse=True) or [0.0]
    if best <= 0 or all(other == best for other in others):
        return None
    return min(1.0, 1 - mean(others) / best)


def prominence(passages: Sequence[Passage]) -> float | None:
    """Return how far the best passage's keyword score stands out from the others' mean, in [0, 1).

    If the documents cover the subject but lack the answer, all passages score about the same. It is
    a ratio, so the store's scale does not matter. None with fewer than two keyword scores.
    """
    scores = sorted(
        (p.scores[SearchKind.KEYWORD] for p in passages if SearchKind.KEYWORD in p.scores),
        reverse=True,
    )
    if len(scores) < 2 or scores[-1] < 0 or not scores[0]:
        return None
    return 1 - mean(scores[1:]) / scores[0]
