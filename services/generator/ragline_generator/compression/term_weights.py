"""Weights of the terms that an answer will need: those of the question, and those of its answer.

An answer contains terms that the question lacks. They are estimated from the units that match the
question: a relevance model (Lavrenko and Croft, 2001), mixed with the question as in RM3
(Abdul-Jaleel et al., 2004). A second round favours units that share terms with the best ones; it
finds the second hop of a two-hop question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import fsum

from ragline.questions.terms import terms
from ragline_generator.passages.ranking import Ranked, term_weights

_ROUNDS = 2
_LATER_PASSAGE = 0.5
_FLOOR = 0.1


def answer_term_weights(question: str, ranked: Sequence[Sequence[Ranked]]) -> Mapping[str, float]:
    """Weigh every term of the units of ranked passages, best passage first.

    Only the ratios between weights have a meaning.
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
    """Return each term's weight: its rarity, times its frequency in believed units.

    Terms of the question get more.
    """
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
