"""How much of a reference answer a text still holds, whoever will write the answer from it.

Extractive recall as RECOMP (Xu et al., 2023) and LongLLMLingua (Jiang et al., 2023) look at what
compression loses: a fact must be there word for word, an explanation by its content words.
"""

from __future__ import annotations

from ragline_evaluation.token_overlap import words
from ragline_generator.passages.terms import terms

# The longest answer of one fact: names, dates and titles; sentences are longer
_FACT_AT_MOST = 8
_VERDICTS = (["yes"], ["no"])


def measurable(reference: str | None) -> bool:
    """Tell whether `reference` can be looked for: it is no yes or no, and has a content word."""
    return bool(reference) and words(reference or "") not in _VERDICTS and bool(_content(reference))


def answer_recall(text: str, reference: str) -> float:
    """Return the share of a measurable `reference` that `text` holds, in [0, 1].

    A fact of at most eight words is there or not, as SQuAD normalises it: lower case, without
    punctuation and articles. Of a longer answer each distinct content word counts once.
    """
    expected, there = words(reference), words(text)
    if len(expected) <= _FACT_AT_MOST:
        return float(f" {' '.join(expected)} " in f" {' '.join(there)} ")
    wanted = _content(reference)
    return len(wanted.intersection(there)) / len(wanted)


def _content(text: str | None) -> frozenset[str]:
    return frozenset(word for word in words(text or "") if terms(word))
