"""What terms are worth to whoever answers: those of the question, and those of its answer.

An answer says words that the question does not. They are guessed from the units that fit the
question: a relevance model (Lavrenko and Croft, 2001), mixed with the question as RM3 does
(Abdul-Jaleel et al., 2004). In a second round units count that say what the best ones say, which
is how the second hop of a question is found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import fsum

from ragline_generator.passages.ranking import Ranked, term_weights
from ragline_generator.passages.terms import terms

_ROUNDS = 2
_LATER_PASSAGE = 0.5
_FLOOR = 0.1


def answer_term_weights(question: str, ranked: Sequence[Sequence[Ranked]]) -> Mapping[str, float]:
    """Weigh every term of the units of ranked passages, best passage first.

    Only ratios mean something.
    """
    units = [each for passage in ranked for each in passage]
    wanted = terms(question)
    rarity = term_weights(wanted.union(*(r.terms for r in units)), [r.terms for r in units])
    beliefs = list(map(_first_belief, units))
    weights = _expected(units, beliefs, wanted, rarity)
    for _ in range(_ROUNDS - 1):
        beliefs = [b * _agreement(r, weights) for r, b in zip(units, beliefs, strict=True)]
        weights = _expected(units, beliefs, wanted, rarity)
    return weights


def _first_belief(unit: Ranked) -> float:
    return (_FLOOR + unit.score) / (1 + _LATER_PASSAGE * unit.index)


def _expected(
    units: Sequence[Ranked],
    beliefs: Sequence[float],
    wanted: frozenset[str],
    rarity: Mapping[str, float],
) -> Mapping[str, float]:
    """Return each term's weight: how much believed units say it, and whether it was asked for."""
    said: defaultdict[str, float] = defaultdict(float)
    for unit, belief in zip(units, beliefs, strict=True):
        for term in unit.terms:
            said[term] += belief
    most = max(said.values(), default=1.0)
    return {
        term: (said[term] / most + (term in wanted)) * weight for term, weight in rarity.items()
    }


def _agreement(unit: Ranked, weights: Mapping[str, float]) -> float:
    return _FLOOR + fsum(weights[term] for term in unit.terms) / (1 + len(unit.terms))
