"""Whether a claim contradicts the sentence nearest to it.

Both are sequences of content words. If most of them agree, a difference at the same position is a
replacement: another name or number, or two names swapped. These are the alterations by which FactCC
(Kryscinski et al., 2020) makes true sentences false; the share of common words does not reveal
them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ragline.contracts.answers import ClaimProblem
from ragline_generator.passages.words import NUMBERS, Word, words

Words = Sequence[Word]

# Share of a claim's words that are in the sentence in the same order: from this share on, a
# difference is a replacement; below it, the claim is a paraphrase
_SAME_SENTENCE = 0.6
# Share of a claim's words, in any order, from which both have the same subject
_SAME_MATTER = 0.5
_SAME_MATTER_AT_LARGE = 0.6
# `A exposes B` for `B exposes A`: the diff may move the verb in between instead of a name
_MOVED_ALONG = 1
_BY = re.compile(r"\bby\b", re.IGNORECASE)


def contradiction(claim: str, sentence: str, *, context: Collection[str]) -> ClaimProblem | None:
    """Return the kind of contradiction between `claim` and `sentence`, or None.

    `context` are terms that the sentence need not repeat: those of its title and headings.
    """
    ours, theirs = words(claim), words(sentence)
    differences = list(_differences(ours, theirs))
    if sum(len(each.ours) for each in differences) <= (1 - _SAME_SENTENCE) * len(ours):
        known = {*context, *(word.term for word in theirs)}
        if exchanged := [word for each in differences for word in each.exchanged(known)]:
            numbers = all(word.sort in NUMBERS for word in exchanged)
            return ClaimProblem.NUMBER if numbers else ClaimProblem.NAME
        if _moved_names(differences) and _passive(claim) == _passive(sentence):
            return ClaimProblem.ORDER
    return ClaimProblem.NEGATION if _negation(ours, theirs, context) else None


def _passive(text: str) -> bool:
    return _BY.search(text) is not None


@dataclass(frozen=True, slots=True)
class _Difference:
    """Words of the sentence, and the words that the claim has in their place."""

    theirs: Words
    ours: Words
    inside: bool

    def exchanged(self, known: Collection[str]) -> Words:
        """Return our words, without those `known`, if they replace a name or number of theirs."""
        ours = [word for word in self.ours if word.term not in known]
        literal = any(word.literal for word in (*ours, *self.theirs))
        return ours if ours and self.theirs and literal else ()


def _differences(claim: Words, sentence: Words) -> Iterator[_Difference]:
    ours, theirs = [word.term for word in claim], [word.term for word in sentence]
    matcher = SequenceMatcher(None, theirs, ours, autojunk=False)
    for operation, i1, i2, j1, j2 in matcher.get_opcodes():
        if operation != "equal":
            inside = j1 > 0 and j2 < len(ours)
            yield _Difference(sentence[i1:i2], claim[j1:j2], inside)


def _moved_names(differences: Sequence[_Difference]) -> bool:
    """Tell whether only names (and at most little else) swapped places inside the sentence.

    Moves to or from the ends are allowed, because a whole clause may move: `In 2009, it …` and `It
    … in 2009`.
    """
    missing = {word.term for each in differences for word in each.theirs}
    moved = [(w, each.inside) for each in differences for w in each.ours if w.term in missing]
    plain = sum(not word.literal for word, _ in moved)
    return plain <= _MOVED_ALONG and any(word.literal and inside for word, inside in moved)


def _negation(claim: Words, sentence: Words, context: Collection[str]) -> bool:
    """Tell whether one negates what the other says about the same subject."""
    terms = {*context, *(word.term for word in sentence)}
    share = sum(word.term in terms for word in claim) / len(claim)
    at_large = any(w.negated for w in claim) != any(w.negated for w in sentence)
    if at_large and share >= _SAME_MATTER_AT_LARGE:
        return True
    return share >= _SAME_MATTER and _one_sided(claim, sentence)


def _one_sided(claim: Words, sentence: Words) -> bool:
    """Tell whether one always negates a word that the other always affirms."""
    ours, theirs = _polarities(claim), _polarities(sentence)
    return any(
        {*ours[term], *theirs[term]} == {True, False} for term in ours.keys() & theirs.keys()
    )


def _polarities(words: Words) -> dict[str, frozenset[bool]]:
    """Return for each term whether it is negated; terms with both polarities are left out."""
    found: dict[str, frozenset[bool]] = {}
    for word in words:
        found[word.term] = found.get(word.term, frozenset()) | {word.negated}
    return {term: polarity for term, polarity in found.items() if len(polarity) == 1}
