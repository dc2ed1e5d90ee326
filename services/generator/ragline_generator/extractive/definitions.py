"""Sentences that say what a thing is or does: the thing is their subject, and nothing else is.

`Nodes with a shovel restart` has the words of `What is a shovel?`, and tells of nodes. In
English only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ragline.questions.comparison import compared
from ragline.questions.terms import asked, sequence, terms
from ragline_generator.extractive.openings import points_back

_MOST_TERMS = 3
_IS = re.compile(
    r"\W*+what(?:['’]s|\s++is|\s++are)\s++(?:meant\s++by\s++|(?:the\s++)?"
    r"(?:purpose|role|meaning|point|use|idea|definition)\s++(?:of|behind)\s++)?(?P<thing>[^?]++)",
    re.IGNORECASE,
)
_DOES = re.compile(r"\W*+what\s++do(?:es)?\s++(?P<thing>[^?]++)", re.IGNORECASE)
_DOING = ("do", "mean")
_DEFINE = re.compile(r"\W*+(?:please\s++)?(?:define|explain)\s++(?P<thing>[^?.]++)", re.IGNORECASE)

# Factors by what the sentence says of the thing itself, and of a kind of it (one word more)
_NAMES_KIND = (1.6, 1.35)
_ACTS = (1.3, 1.15)
_STATES = (1.2, 1.05)
_CALLED = 1.5
# From here on a sentence is a definition
DEFINING = _NAMES_KIND[1]
_OTHER = 0.7
_SUBJECT_WORDS = 12
_CALLED_CHARS = 60

_MARKUP = str.maketrans("", "", '`*"“”')
_ASIDE = re.compile(r"(?<!\s)\s?\([^()]*+\)")
# `In essence, a shovel is …`
_INTRODUCTION = re.compile(r"[^,.:;()]{1,40}+,\s++")
_CALLING = re.compile(
    r"\b(?:called|named|termed|aka|(?:also\s++)?known\s++as|referred\s++to\s++as)\s++",
    re.IGNORECASE,
)
_BE = frozenset({"is", "are", "was", "were"})
_VERBS = frozenset(
    """
    allow allows can cannot cause causes consist contain contains control controls define defines
    denote denotes describe describes determine determines do does enable enables give gives has
    have help helps hold holds keep keeps let lets make makes may mean means must provide provides
    refer refers represent represents return returns shall should specify specifies stand stands
    store stores take takes tell tells will work works
    """.split()  # noqa: SIM905
)
# A noun, or what it serves for, follows: `is a …`, `is used to …`
_NOUN = frozenset(
    """
    a an another any designed how intended like meant one part responsible similar the those used
    what when where
    """.split()  # noqa: SIM905
)
# `The slots declaration` is no other thing than slots
_SORTS = terms(
    "argument attribute clause command declaration expression feature field function header keyword"
    " method mode operator option parameter plugin property setting statement type value variable"
)
# What stands before them is the subject: `the cleaning of hoppers`
_OF = frozenset({"about", "at", "by", "for", "from", "in", "of", "on", "to", "with"})
# A sentence that begins so tells of its subject under a condition, or of another subject
_NOT_A_SUBJECT = frozenset(
    """
    after although as at because before by during for from if in on once since to unless until when
    whenever where while with
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class _Clause:
    """The terms of a sentence's subject in order, its verb, and the word behind the verb."""

    subject: tuple[str, ...]
    verb: str
    following: str


def things(question: str) -> tuple[frozenset[str], ...]:
    """Return the terms of each thing that `question` wants defined: both sides of a difference."""
    sides = compared(question)
    named = sides if sides is not None else _asked_for(question)
    found = tuple(asked(each) for each in named)
    return found if all(0 < len(each) <= _MOST_TERMS for each in found) else ()


def definition(named: tuple[frozenset[str], ...]) -> Callable[[str], float]:
    """Return a function from a sentence to a factor: how well it defines one of the things."""
    return lambda text: max(_defines(text, thing) for thing in named)


def only_definition(thing: frozenset[str]) -> Callable[[str], float]:
    """Return a function like `definition`, that leaves nothing of any other sentence."""

    def factor(text: str) -> float:
        found = _defines(text, thing)
        return found if found >= DEFINING else 0.0

    return factor


def contrasted(question: str) -> tuple[frozenset[str], ...]:
    """Return the terms of the two things whose difference `question` asks for; else nothing."""
    return things(question) if compared(question) is not None else ()


def _asked_for(question: str) -> tuple[str, ...]:
    if found := _IS.match(question) or _DEFINE.match(question):
        return (found["thing"],)
    if found := _DOES.match(question):
        thing, _, verb = found["thing"].rstrip().rpartition(" ")
        return (thing,) if verb.casefold() in _DOING else ()
    return ()


def _defines(text: str, thing: frozenset[str]) -> float:
    if not thing <= terms(text):
        return 1.0
    plain = text.translate(_MARKUP)
    if _is_called(plain, thing):
        return _CALLED
    clause = _clause(_ASIDE.sub("", plain), thing)
    if clause is None or not clause.subject:
        return _OTHER if points_back(text) else 1.0
    return _tells(clause, thing)


def _tells(clause: _Clause, thing: frozenset[str]) -> float:
    if thing.isdisjoint(clause.subject):
        return _OTHER
    others = _others(clause.subject, thing)
    if others is None:
        return 1.0
    if clause.verb not in _BE:
        return _ACTS[others]
    return (_NAMES_KIND if clause.following in _NOUN else _STATES)[others]


def _is_called(text: str, thing: frozenset[str]) -> bool:
    names = (text[found.end() : found.end() + _CALLED_CHARS] for found in _CALLING.finditer(text))
    return any(frozenset(sequence(name)[: len(thing)]) == thing for name in names)


def _others(subject: Sequence[str], thing: frozenset[str]) -> int | None:
    """Return how many words stand before the thing, at most one; None where it is another thing.

    In `the shovel configuration`, the configuration is the subject.
    """
    own = [term for term in subject if term not in _SORTS or term in thing]
    last = own[-len(thing) :]
    return len(own) - len(last) if thing == frozenset(last) and len(own) <= len(thing) + 1 else None


def _clause(text: str, thing: frozenset[str]) -> _Clause | None:
    """Return the main clause of a sentence that begins with its subject, up to its verb."""
    introduction = _INTRODUCTION.match(text)
    if introduction and not thing & terms(introduction.group()):
        text = text[introduction.end() :]
    words = text.split(maxsplit=_SUBJECT_WORDS + 2)[: _SUBJECT_WORDS + 2]
    if not words or words[0].casefold() in _NOT_A_SUBJECT:
        return None
    subject: list[str] = []
    for at, word in enumerate(words[:_SUBJECT_WORDS]):
        own = sequence(word)
        known = thing <= frozenset(subject)
        if at and _is_verb(word, own, known=known, thing=thing):
            rest = (each.casefold() for each in words[at + 1 :])
            following = next((each for each in rest if not _is_adverb(each)), "")
            return _Clause(tuple(subject), word.casefold(), following)
        subject += own
        if word in _OF and thing.isdisjoint(subject):
            return _Clause(tuple(subject), word, "")
        if word.endswith(":") and thing <= frozenset(subject):  # a label and what it stands for
            return _Clause(tuple(subject), ":", "")
    return None


def _is_verb(word: str, own: Sequence[str], *, known: bool, thing: frozenset[str]) -> bool:
    """Tell whether a word is the verb: by itself, or by its form behind the thing."""
    if word.casefold() in _BE or word in _VERBS:
        return True
    formed = word.isalpha() and word.islower() and word.endswith("s") and not word.endswith("ss")
    return known and formed and bool(own) and thing.isdisjoint(own)


def _is_adverb(word: str) -> bool:
    return word.endswith("ly") or word in ("also", "just")
