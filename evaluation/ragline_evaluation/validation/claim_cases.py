"""A test set for the validator, made from documents: claims whose truth is known.

*Supported*: sentences of the documents, unchanged and reworded, and the sentences of reference
answers, which other people wrote from the documents. *Altered*: the same sentences with another
number, negation or name. *Foreign*: sentences of other documents, random ones and from the most
similar one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from ragline.contracts.queries import Passage
from ragline_evaluation.dataset import Dataset
from ragline_evaluation.validation import alterations
from ragline_evaluation.validation.rewording import reword
from ragline_generator.passages import readable
from ragline_generator.passages.units import LineKind, split

_LEAST_WORDS, _MOST_WORDS = 7, 45
Passages = Mapping[str, Sequence[Passage]]


class Making(StrEnum):
    """How a claim was made."""

    VERBATIM = "verbatim"
    REWORDED = "reworded"
    REFERENCE = "reference answer"
    NUMBER = "other number"
    NEGATION = "other negation"
    NAME = "other name"
    ROLES = "names exchanged"
    FOREIGN = "foreign"
    FOREIGN_NEAR = "foreign, similar document"


SUPPORTED = frozenset({Making.VERBATIM, Making.REWORDED, Making.REFERENCE})


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCase:
    """A claim, and the passages that it cites."""

    making: Making
    claim: str
    cited: tuple[Passage, ...]

    @property
    def supported(self) -> bool:
        """Whether the cited passages support the claim."""
        return self.making in SUPPORTED


@dataclass(frozen=True, slots=True)
class _True:
    making: Making
    text: str
    cited: tuple[Passage, ...]

    @property
    def around(self) -> str:
        return " ".join(passage.text for passage in self.cited)


def build(passages: Passages, data: Dataset | None, *, per_kind: int, seed: int) -> list[ClaimCase]:
    """Return at most `per_kind` claims of each making; deterministic for a seed."""
    random = Random(seed)  # noqa: S311  # a choice of examples, no secret
    quoted = _sentences(passages, random)
    references = _references(passages, data) if data else []
    random.shuffle(references)
    made = [
        *(ClaimCase(making=t.making, claim=t.text, cited=t.cited) for t in (*quoted, *references)),
        *_altered([*references[:per_kind], *quoted[: 6 * per_kind]], random),
        *_foreign(passages, quoted[:per_kind], random),
    ]
    kept: dict[Making, list[ClaimCase]] = {making: [] for making in Making}
    for case in made:
        # markers follow a claim's last sentence, so the claim must be a single sentence
        if len(kept[case.making]) < per_kind and len(split(case.claim)) == 1:
            kept[case.making].append(case)
    return [case for cases in kept.values() for case in cases]


def _sentences(passages: Passages, random: Random) -> list[_True]:
    """Return sentences of the passages, some reworded, in random order."""
    found = []
    for passage in (each for document in passages.values() for each in document):
        for text in _statements(passage):
            other = reword(text, passage.title)
            making = Making.VERBATIM if other is None else Making.REWORDED
            found.append(_True(making, other or text, (passage,)))
    random.shuffle(found)
    return found


def _statements(passage: Passage) -> Iterator[str]:
    for unit in split(passage.text):
        text = readable.sentence(passage.text[unit.start : unit.end])
        whole = text.endswith(".") and text[:1].isupper() and "|" not in text
        if (
            unit.kind is LineKind.PROSE
            and whole
            and _LEAST_WORDS <= len(text.split()) <= _MOST_WORDS
        ):
            yield text


def _references(passages: Passages, data: Dataset) -> list[_True]:
    """Return the sentences of reference answers, each citing all of its documents' passages."""
    found = []
    for question in data.questions:
        relevant = sorted(data.relevant(question.id))
        cited = tuple(p for document in relevant for p in passages.get(document, ()))
        for unit in split(question.answer or ""):
            text = (question.answer or "")[unit.start : unit.end]
            if cited and text.endswith(".") and len(text.split()) >= _LEAST_WORDS:
                found.append(_True(Making.REFERENCE, text, cited))
    return found


def _altered(true: Sequence[_True], random: Random) -> Iterator[ClaimCase]:
    elsewhere = sorted({n for each in true for n in alterations.names_in(each.text)})
    for each in true:
        made = {
            Making.NUMBER: alterations.other_number(each.text, each.around, random),
            Making.NEGATION: alterations.negation(each.text, random),
            Making.NAME: alterations.other_name(each.text, each.around, elsewhere, random),
            Making.ROLES: alterations.exchanged_names(each.text),
        }
        for making, text in made.items():
            if text is not None:
                yield ClaimCase(making=making, claim=text, cited=each.cited)


def _foreign(passages: Passages, quoted: Sequence[_True], random: Random) -> Iterator[ClaimCase]:
    everything = [each for document in passages.values() for each in document]
    words = {p.chunk_id: frozenset(p.text.casefold().split()) for p in everything}
    pool = random.sample(everything, min(len(everything), 500))
    for each in quoted:
        own = each.cited[0]
        others = [p for p in pool if p.document_id != own.document_id and each.text not in p.text]
        if not others:
            return
        yield ClaimCase(making=Making.FOREIGN, claim=each.text, cited=(random.choice(others),))
        near = max(others, key=lambda p: _overlap(words[p.chunk_id], words[own.chunk_id]))
        yield ClaimCase(making=Making.FOREIGN_NEAR, claim=each.text, cited=(near,))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)
