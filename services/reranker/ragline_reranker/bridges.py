"""Bridge terms: what the first passages name and the question does not.

The passage that answers is often about something that another passage only names: who is asked
about the author of a book must first find the book. Names count by how much of the question their
sentence has (without the title of the passage, which all of its sentences are about), and the
title of a passage that was found counts as one, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ragline.contracts.queries import Passage
from ragline.questions.terms import sequence, terms
from ragline_reranker.names import names_in

# passages that may name the bridge; each counts half of the one before
_READ = 2
_DECAY = 0.5
# what a sentence without a word of the question counts
_LEAST = 0.3
_TITLE = 0.5
_ONE_WORD = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """A name, what of the question its passage does not say, and how much it counts."""

    name: str
    unsaid: tuple[str, ...]
    weight: float

    @property
    def query(self) -> str:
        """What to search for."""
        return " ".join((self.name, *self.unsaid))


def bridges(question: str, passages: Sequence[Passage]) -> list[Bridge]:
    """Return the names that `question` does not have, those that count most first.

    Args:
        question: the standalone question.
        passages: what was found for it, best first.
    """
    asked = terms(question)
    best: dict[frozenset[str], Bridge] = {}
    for place, passage in enumerate(passages[:_READ]):
        said = terms(f"{passage.title} . {passage.text}")
        for name, weight in _weighed(asked, passage, said):
            bridge = Bridge(
                name=name,
                unsaid=_words_without(question, said | terms(name)),
                weight=weight * _DECAY**place,
            )
            known = best.get(terms(name))
            if known is None or known.weight < bridge.weight:
                best[terms(name)] = bridge
    return sorted(best.values(), key=lambda bridge: -bridge.weight)


def _weighed(
    asked: Collection[str], passage: Passage, said: frozenset[str]
) -> Iterator[tuple[str, float]]:
    """Yield the names of a passage that are not asked for, with their weight."""
    titled = terms(passage.title)
    rest = frozenset(asked) - titled
    title = _plain(passage.title)
    if terms(title) - set(asked):
        yield title, _weight(title, _TITLE * len(said.intersection(asked)) / max(1, len(asked)))
    for name, sentence, begins in names_in(passage.text):
        own = terms(name)
        if own - set(asked) and not own <= titled and not (begins and len(own) == 1):
            there = (terms(sentence) - own) & rest
            yield name, _weight(name, len(there) / max(1, len(rest)))


def _plain(title: str) -> str:
    """Return a title without what tells it from others of its name: `Always (2011 film)`."""
    name, bracket, _ = title.rpartition(" (")
    return name if bracket and title.endswith(")") else title


def _weight(name: str, share: float) -> float:
    return (share + _LEAST) * (_ONE_WORD if len(terms(name)) == 1 else 1.0)


def _words_without(question: str, said: Collection[str]) -> tuple[str, ...]:
    """Return the words of `question` with content, in order, that are not `said`."""
    words = (word.strip(".,;:!?\"'()[]“”") for word in question.split())
    return tuple(dict.fromkeys(w for w in words if sequence(w) and not terms(w) <= set(said)))
