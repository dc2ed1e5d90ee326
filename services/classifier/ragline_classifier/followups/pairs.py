"""Two things that a question compares, and which of them "the second" and "the other one" are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ragline_classifier.followups.standalone_question import StandaloneQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class PairWords:
    """A language's patterns.

    `compared` has the groups `one` and `two`; `first`, `second` and `other` match a phrase that
    stands for one of a pair, wherever it is in a text.
    """

    compared: re.Pattern[str]
    first: re.Pattern[str]
    second: re.Pattern[str]
    other: re.Pattern[str]

    def pair(self, text: str) -> tuple[str, str] | None:
        """Return the two things that `text` compares."""
        found = self.compared.search(text)
        return (found["one"], found["two"]) if found else None

    def chosen(self, text: str, previous: StandaloneQuestion) -> StandaloneQuestion | None:
        """Return `text` with the one of a pair that it names by its place; None if it does not."""
        if previous.pair is None:
            return None
        for pattern, thing in zip((self.first, self.second), previous.pair, strict=True):
            if found := pattern.search(text):
                named = f"{text[: found.start()]}{thing}{text[found.end() :]}"
                return previous.following(named, topic=thing)
        return None

    def swapped(self, text: str, previous: StandaloneQuestion) -> StandaloneQuestion | None:
        """Return the earlier question about the other one of a pair, if `text` says no more."""
        if previous.pair is None or self.other.fullmatch(text.strip(" ,.!?¿¡")) is None:
            return None
        one, two = previous.pair
        for said, meant in ((one, two), (two, one)):
            if said in previous.text and meant not in previous.text:
                return previous.following(previous.text.replace(said, meant, 1), topic=meant)
        return None
