"""Follow-ups of a language that is described by patterns: German, French, Spanish.

What a pronoun stands for is put behind it in brackets, so no ending has to agree with anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

from ragline_classifier.followups.pairs import PairWords
from ragline_classifier.followups.standalone_question import StandaloneQuestion

_MOST_ELLIPTIC_WORDS = 6
_ENDS = " .!?¡¿"


@dataclass(frozen=True, slots=True)
class Pronoun:
    """Where the meaning of a pronoun is put; `of_action` if it stands for what is done."""

    end: int
    of_action: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """The rules of a language as patterns.

    Args:
        words: show the language; see `FollowUpRules`.
        topic_change: begins a text about something new.
        correction: begins a text that corrects the question before it; what it matches is dropped.
        opening: begins a text that adds to the question before it ("und").
        alone: a whole text without a meaning of its own ("warum?").
        interrogative: begins a question; without it, the question names an action.
        determiner: an article or the like and the blank behind it, at the beginning of a phrase.
        headless: begins a phrase whose noun is left out ("celle du"); what stays is in `rest`.
        complement: begins what belongs to a noun, in a phrase ("du premier étage").
        preposition: begins a condition; the preposition alone.
        families: prepositions of which a question has one ("unter Linux" replaces "unter macOS").
        pair_words: what compares two things, and names one of them.
        topic: returns what a text is about, empty if that is not clear.
        pronoun: finds a pronoun whose meaning is in an earlier question.
    """

    words: frozenset[str]
    topic_change: re.Pattern[str]
    correction: re.Pattern[str]
    opening: re.Pattern[str]
    alone: re.Pattern[str]
    interrogative: re.Pattern[str]
    determiner: re.Pattern[str]
    headless: re.Pattern[str]
    complement: re.Pattern[str]
    preposition: re.Pattern[str]
    families: Sequence[frozenset[str]]
    pair_words: PairWords
    topic: Callable[[str], str]
    pronoun: Callable[[str], Pronoun | None]

    def fresh(self, text: str) -> StandaloneQuestion:
        """Return a question that does not depend on earlier ones."""
        topic = _in_brackets(text) or self.topic(text)
        return StandaloneQuestion(text=text, topic=topic, pair=self.pair_words.pair(text))

    def joined(self, text: str, previous: StandaloneQuestion) -> StandaloneQuestion:
        """Return `text` completed from the question before it."""
        if self.topic_change.match(text):
            return self.fresh(text)
        found = (
            self._corrected(text, previous)
            or self.pair_words.chosen(text, previous)
            or self._alone(text, previous)
            or self._added(text, previous)
            or self._referring(text, previous)
        )
        return found or self.fresh(text)

    def _corrected(self, text: str, previous: StandaloneQuestion) -> StandaloneQuestion | None:
        match = self.correction.match(text)
        if match is None:
            return None
        said = text[match.end() :].strip(_ENDS)
        return self.pair_words.swapped(said, previous) or self._elliptic(said, previous)

    def _alone(self, text: str, previous: StandaloneQuestion) -> StandaloneQuestion | None:
        if self.alone.fullmatch(text.strip(_ENDS)) is None:
            return None
        end = "" if previous.text.endswith(("?", ".", "!")) else "."
        return previous.following(f"{previous.text}{end} {text}", topic=previous.topic)

    def _added(self, text: str, previous: StandaloneQuestion) -> StandaloneQuestion | None:
        opening = self.opening.match(text)
        said = text[opening.end() if opening else 0 :].strip(_ENDS)
        if opening is None and not (text.rstrip().endswith("?") and self._is_condition(said)):
            return None
        return self._elliptic(said, previous)

    def _is_condition(self, said: str) -> bool:
        """Whether a text is no more than a preposition and a thing, without a verb."""
        preposition = self.preposition.match(said)
        thing = said[preposition.end() :] if preposition else ""
        determiner = self.determiner.match(thing)
        named = thing[determiner.end() if determiner else 0 :].split()
        return 0 < len(named) <= (2 if determiner else 1)

    def _elliptic(self, said: str, previous: StandaloneQuestion) -> StandaloneQuestion | None:
        """Return the earlier question with a condition or a thing of `said` in place of its own."""
        if not said or len(said.split()) > _MOST_ELLIPTIC_WORDS or self.interrogative.match(said):
            return None
        if headless := self.headless.match(said):
            return self._with_other_complement(headless["rest"], previous)
        if preposition := self.preposition.match(said):
            return self._with_condition(preposition[0].strip().lower(), said, previous)
        if self.pronoun(said) or (said[:1].islower() and not self.determiner.match(said)):
            return None
        return self._about(said, previous)

    def _with_condition(
        self, preposition: str, said: str, previous: StandaloneQuestion
    ) -> StandaloneQuestion:
        base = previous.text.rstrip(_ENDS)
        family = next((each for each in self.families if preposition in each), {preposition})
        begin, end = _last_condition(base, family) or (len(base), len(base))
        text = f"{base[:begin].rstrip()} {said[0].lower()}{said[1:]}{_spaced(base[end:])}?"
        topic = previous.topic if previous.topic in text else ""
        return previous.following(text, topic=topic, condition=said)

    def _with_other_complement(
        self, said: str, previous: StandaloneQuestion
    ) -> StandaloneQuestion | None:
        if not previous.topic:
            return None
        complement = self.complement.search(previous.topic)
        head = previous.topic[: complement.start()] if complement else previous.topic
        determiner = self.determiner.match(head)
        head = head[determiner.end() if determiner else 0 :].strip()
        return _instead_of_topic(f"{head} {said}", previous) if head else None

    def _about(self, said: str, previous: StandaloneQuestion) -> StandaloneQuestion | None:
        """Return the earlier question about another thing: of its condition if that is a name."""
        base, topic = previous.text, previous.topic
        named = self.determiner.match(said) is None and f"({topic})" not in base
        found = _last_condition(base.rstrip(_ENDS), frozenset().union(*self.families))
        if named and found:
            name = base[slice(*found)].split(maxsplit=1)[-1]
            if any(map(str.isupper, name)) and not self.determiner.match(name):
                text = f"{base[: found[1] - len(name)]}{said}{base[found[1] :]}"
                return previous.following(text, topic=topic)
        return _instead_of_topic(said, previous)

    def _referring(self, text: str, previous: StandaloneQuestion) -> StandaloneQuestion | None:
        pronoun = self.pronoun(text)
        if pronoun is None or _in_brackets(text):  # it was completed before
            return None
        topic = self._bare(previous.topic)
        meaning = self._action(previous.text) if pronoun.of_action or not topic else topic
        if not meaning:
            return None
        rest = text[pronoun.end :]
        joined = f"{text[: pronoun.end].rstrip()} ({meaning}){_spaced(rest)}"
        return previous.following(joined, topic=topic if topic in meaning else "")

    def _bare(self, phrase: str) -> str:
        determiner = self.determiner.match(phrase)
        return phrase[determiner.end() if determiner else 0 :]

    def _action(self, question: str) -> str:
        """Return what a question asks about, without its question word and earlier brackets."""
        if known := _in_brackets(question):
            return known
        text = question.strip(_ENDS)
        match = self.interrogative.match(text)
        return text[match.end() if match else 0 :].strip()


def _instead_of_topic(said: str, previous: StandaloneQuestion) -> StandaloneQuestion | None:
    """Return the earlier question about another thing, if it is known what it was about."""
    base, topic = previous.text, previous.topic
    if not topic or topic not in base:
        return None
    before, _, after = base.rpartition(topic)
    return previous.following(f"{before}{said}{after}", topic=said)


def _in_brackets(text: str) -> str:
    """Return what stands in the first brackets of `text`."""
    begin = text.find("(")
    end = text.find(")", begin)
    return text[begin + 1 : end] if 0 <= begin < end else ""


def _spaced(rest: str) -> str:
    return rest if not rest or rest[0] in " ?!.,;)" else f" {rest}"


def _last_condition(base: str, family: Set[str]) -> tuple[int, int] | None:
    """Return where the last condition is that ends the question, or ends before or in brackets."""
    words = "|".join(sorted(map(re.escape, family)))
    found = re.compile(
        rf"(?i)(?<!\w)(?:{words})(?:(?<=['’])|\s)\s*[^\s()?.!,;]+(?:\s[^\s()?.!,;]+){{0,3}}(?=\s*[()]|$)"
    )
    spans = [match.span() for match in found.finditer(base)]
    return spans[-1] if spans else None
