"""What the passages hold of the numbered thing that a question names, and whether that suffices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ragline.contracts.queries import Passage
from ragline.questions.terms import about_texts, terms
from ragline_generator.passages.context import file_words, label
from ragline_generator.passages.ranking import Scope
from ragline_generator.passages.references import Reference, Referred, references, referred
from ragline_generator.passages.units import split

# Words of a question that ask for all that a section says
_SAYING = terms("say state tell contain read cover regulate content happen describe")
_ENOUGH = 0.5


@dataclass(frozen=True, slots=True)
class NamedThing:
    """What was found of it: the `scope` of the question in the passages.

    `absent`: others of its kind are there, but not this one, which `asked` names. `certain`: one
    document has it and what else the question says names this document.
    """

    scope: Scope = field(default_factory=Scope)
    absent: bool = False
    certain: bool = False
    asked: tuple[str, ...] = ()


def named_thing(
    question: str, passages: Sequence[Passage], *, typed: str | None = None
) -> NamedThing:
    """Look for the numbered thing in `question`; of several, for the one that a title names.

    `typed` is the question before its spelling was corrected: a file's name may be in no document.
    """
    named = references(question)
    found = [(each, referred(each, passages)) for each in named]
    for reference, own in found:
        if own.places is not None and own.others is not None:
            certain = any(
                _names_document(text, reference, own, passages) for text in (question, typed or "")
            )
            among = own.places if certain else _all_but(own.others, passages)
            return NamedThing(Scope(among, own.places, _terms_of(reference)), certain=certain)
    absent = [reference.number for reference, own in found if own.absent]
    return NamedThing(absent=bool(absent), asked=tuple(absent))


def _all_but(
    others: Sequence[frozenset[int]], passages: Sequence[Passage]
) -> tuple[frozenset[int], ...]:
    return tuple(
        frozenset(unit.start for unit in split(passage.text)) - these
        for passage, these in zip(passages, others, strict=True)
    )


def _names_document(
    question: str, reference: Reference, found: Referred, passages: Sequence[Passage]
) -> bool:
    others = terms(question) - _terms_of(reference) - about_texts() - _SAYING
    if found.document is None or not question:
        return False
    texts = [f"{label(p)} . {p.text}" for p in passages if p.document_id == found.document]
    held = frozenset[str]().union(*map(terms, texts)) | terms(file_words(found.document))
    return len(others & held) >= _ENOUGH * len(others)


def _terms_of(reference: Reference) -> frozenset[str]:
    return terms(f"{reference.kind} {reference.number}") | {reference.kind}
