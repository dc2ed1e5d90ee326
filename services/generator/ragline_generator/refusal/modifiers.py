"""Passages about another kind of the thing asked for: annual leave is no parental leave.

The word that differs is the question. Everything else in such a passage matches, so neither words
nor vectors tell it from an answer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Passage
from ragline.questions.terms import STOP_WORDS, stem, terms
from ragline_generator.passages.context import label
from ragline_generator.passages.ranking import Ranking

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# Words that tell no kind: what is said of the thing itself answers the question, too
_OF_ANY_KIND = frozenset(
    map(
        stem,
        re.findall(
            r"\w+",
            """
            actual allowed available best big certain common complete correct current default
            different easiest entire exact existing general good great important known last late
            latest least less long main max maximal maximum min minimal minimum much new next normal
            number old only overall own particular personal possible present previous proper real
            recent recommended regular related relevant required right same short single small
            special specific standard total true typical usual valid various whole
            """,
        ),
    )
)
# Behind these a word in front of a noun belongs to the noun; `to request leave` does not
_DETERMINERS = frozenset(
    re.findall(
        r"\w+",
        """
        a an and any are as at by each every for her his in is its my no of on or our per that the
        their these this those was were what which with your
        """,
    )
)
_YES_OR_NO = re.compile(
    r"\W*(?:is|are|was|were|do|does|did|can|may|must|has|have)\b", re.IGNORECASE
)
# In a longer question the words around say what is asked for, too
_SUBJECT_AT_MOST = 4
# `exe` stands for `executable`
_SAME_BEGINNING = 3
# A passage this near by its vector says the same in other words
_SAME_MEANING = 0.7
# With the question's words around another noun a passage is near, too
_SAME_SENTENCE = 0.8


@dataclass(frozen=True, slots=True)
class OtherKinds:
    """The passages, by index, that are about other kinds; and the question's words for its own."""

    passages: frozenset[int]
    asked: tuple[str, ...]


def other_kinds(question: str, passages: Sequence[Passage]) -> OtherKinds:
    """Return the passages that have the thing asked for with another word before it.

    Only where no passage has the question's word anywhere, and the question asks for little else.
    """
    known = terms(question)
    if len(known) > _SUBJECT_AT_MOST:
        return OtherKinds(frozenset(), ())
    texts = [f"{label(passage)} . {passage.text}" for passage in passages]
    held = frozenset[str]().union(*map(terms, texts))
    asked = [
        pair
        for pair in _pairs(question)
        if pair.modifier not in held and pair.noun in held
        if pair.belongs and pair.ends and pair.modifier not in _OF_ANY_KIND
    ]
    found = frozenset(
        number
        for number, (passage, text) in enumerate(zip(passages, texts, strict=True))
        if passage.scores.get(SearchKind.VECTOR, 0.0) < _SAME_MEANING
        if any(_has_other_kind(text, pair, known) for pair in asked)
    )
    return OtherKinds(found, tuple(pair.word for pair in asked) if found else ())


def unknown_names(question: str, unknown: Collection[str]) -> tuple[str, ...]:
    """Return the names in a short yes-or-no question that no document has: nothing says yes or no.

    A name is written with a capital letter inside the question.
    """
    if len(terms(question)) > _SUBJECT_AT_MOST or not _YES_OR_NO.match(question):
        return ()
    found = [match.group() for match in _WORD.finditer(question)][1:]
    return tuple(w for w in found if w[0].isupper() and w in unknown and not _is_stop_word(w))


def told_apart(question: str, passages: Sequence[Passage], ranking: Ranking) -> tuple[str, ...]:
    """Return the question's word for a kind of which no sentence tells, only of others like it.

    Of electric bicycles says nothing that there are bicycles, and electric scooters. `ranking` is
    that of the passages.
    """
    known = terms(question)
    near = any(p.scores.get(SearchKind.VECTOR, 0.0) >= _SAME_SENTENCE for p in passages)
    if len(known) > _SUBJECT_AT_MOST or near:
        return ()
    asked = [
        pair
        for pair in _pairs(question)
        if pair.belongs and pair.ends and pair.modifier not in _OF_ANY_KIND
        if any(_is_of_other(passage.text, pair, known) for passage in passages)
    ]
    if not asked:
        return ()
    names = [terms(label(passage)) for passage in passages]
    said = [each.terms | names[each.index] for units in ranking.of_all() for each in units]
    return tuple(
        pair.word
        for pair in asked
        if any(pair.noun in own for own in said)
        and not any({pair.modifier, pair.noun} <= own for own in said)
    )


def _is_of_other(text: str, asked: _Pair, known: Collection[str]) -> bool:
    """Tell whether `text` has the modifier before another noun than the one asked for."""
    return any(
        pair.modifier == asked.modifier and pair.ends and pair.noun not in known
        for pair in _pairs(text)
    )


@dataclass(frozen=True, slots=True)
class _Pair:
    """A noun and the word before it, which `belongs` to it; with `ends` no further noun follows."""

    word: str
    modifier: str
    noun: str
    belongs: bool
    ends: bool


def _has_other_kind(text: str, asked: _Pair, known: Collection[str]) -> bool:
    return any(
        pair.noun == asked.noun and pair.belongs
        for pair in _pairs(text)
        if pair.modifier not in known and pair.modifier not in _OF_ANY_KIND
        if pair.modifier[:_SAME_BEGINNING] != asked.modifier[:_SAME_BEGINNING]
    )


def _pairs(text: str) -> Iterator[_Pair]:
    """Yield the pairs of content words with nothing but a blank or hyphen between them."""
    found = list(_WORD.finditer(text))
    rows = zip([None, *found], found, found[1:], [*found[2:], None], strict=False)
    for before, own, noun, after in rows:
        if _apart(text, own, noun) or _is_stop(own) or _is_stop(noun):
            continue
        belongs = before is None or _apart(text, before, own) or _leads(before)
        ends = after is None or _apart(text, noun, after) or _closes(after)
        words = own.group().casefold(), noun.group().casefold()
        yield _Pair(own.group(), stem(words[0]), stem(words[1]), belongs, ends)


def _apart(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    return text[one.end() : other.start()] not in (" ", "-", "\n")


def _is_stop(word: re.Match[str]) -> bool:
    return _is_stop_word(word.group())


def _closes(word: re.Match[str]) -> bool:
    """Tell whether a noun ends before `word`: a stop word, or a participle (`allowed`)."""
    return _is_stop(word) or word.group().endswith("ed")


def _is_stop_word(word: str) -> bool:
    return word.casefold() in STOP_WORDS


def _leads(word: re.Match[str]) -> bool:
    return word.group().casefold() in _DETERMINERS
