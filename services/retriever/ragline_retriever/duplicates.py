"""Near-duplicates: of passages that say the same, one is enough.

Texts are compared by the words that they have in common (the resemblance of Broder, "On the
Resemblance and Containment of Documents", 1997, over words). Two cheap tests come first and leave
few pairs to compare: 40 passages take less than a millisecond.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence

from ragline.contracts.queries import Candidate

# resemblance (common words of all words) from which on two texts say the same
_SAME_FROM = 0.85
_NUMBER = re.compile(r"\d+")


def drop_near_duplicates(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Keep the best (first) of those that say the same, whatever document they are in.

    Texts that differ in a number, a version or a code do not say the same, however much else they
    share: the pages of two releases are both kept.
    """
    known: defaultdict[frozenset[str], list[frozenset[str]]] = defaultdict(list)
    kept: list[Candidate] = []
    for candidate in candidates:
        text = unicodedata.normalize("NFKC", candidate.text).casefold()
        words = frozenset(text.split())
        with_same_numbers = known[frozenset(_NUMBER.findall(text))]
        if not any(_say_the_same(words, other) for other in with_same_numbers):
            with_same_numbers.append(words)
            kept.append(candidate)
    return kept


def _say_the_same(one: frozenset[str], other: frozenset[str]) -> bool:
    fewer, more = sorted((len(one), len(other)))
    if fewer < _SAME_FROM * more:
        return False
    common = len(one & other)
    return common >= _SAME_FROM * (fewer + more - common)
