"""Editions of one document by year: of three policies, the current one counts.

Titles tell the year. A question that names a year, or asks what changed, needs them all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from ragline.contracts.queries import Passage
from ragline.questions.terms import terms
from ragline_generator.passages.context import label

_YEAR = re.compile(r"(?<![\w.-])(?:19|20)\d\d(?![\w-]|\.\d)")
_SINCE = re.compile(r"\b(?:since|after)\s+(?P<year>(?:19|20)\d\d)\b", re.IGNORECASE)
_OVER_TIME = re.compile(
    r"\b(?:chang\w*|since|history|previous\w*|former\w*|earlier|before|compar\w*|differ\w*"
    r"|each year|every year|years)\b",
    re.IGNORECASE,
)


def outdated(question: str, passages: Sequence[Passage], *, year: int) -> frozenset[int]:
    """Return the passages, by index, of which there is a newer edition, of `year` or before.

    What changed since a year is in the editions behind it.
    """
    since = _SINCE.search(question)
    if not since and (_YEAR.search(question) or _OVER_TIME.search(question)):
        return frozenset()
    editions: defaultdict[frozenset[str], list[tuple[int, int]]] = defaultdict(list)
    for number, passage in enumerate(passages):
        name = label(passage)
        years = sorted(int(found) for found in _YEAR.findall(name))
        if years and years[-1] <= year:
            editions[terms(_YEAR.sub(" ", name))].append((years[-1], number))
    return frozenset(
        number
        for found in editions.values()
        for own, number in found
        if own < (newest := max(each for each, _ in found))
        if since is None or own <= int(since["year"]) < newest
    )
