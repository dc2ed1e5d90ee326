"""How much of a reference answer a text still contains, independent of the answering model.

Extractive recall, by which RECOMP (Xu et al., 2023) and LongLLMLingua (Jiang et al., 2023) measure
the loss of compression: a fact must be in the text word for word, an explanation by its content
words.
"""

from __future__ import annotations

from ragline.questions.terms import terms
from ragline_evaluation.token_overlap import words

# Maximum words of a single fact (name, date, title); sentences are longer
_FACT_AT_MOST = 8
_VERDICTS = (["yes"], ["no"])


def measurable(reference: str | None) -> bool:
    """Tell whether `reference` can be searched for: not yes or no, and with a content word."""
    return bool(reference) and words(reference or "") not in _VERDICTS and bool(_content(reference))


def answer_recall(text: str, reference: str) -> float:
    """Return the share of a measurable `reference` that `text` contains, in [0, 1].

    A fact of at most eight words is found or not, after SQuAD's normalisation: lower case, without
    punctuation and articles. For a longer answer, each distinct content word counts once.
    """
    expected, there = words(reference), words(text)
    if len(expected) <= _FACT_AT_MOST:
        return float(f" {' '.join(expected)} " in f" {' '.join(there)} ")
    wanted = _content(reference)
    return len(wanted.intersection(there)) / len(wanted)


def _content(text: str | None) -> frozenset[str]:
    return frozenset(word for word in words(text or "") if terms(word))
