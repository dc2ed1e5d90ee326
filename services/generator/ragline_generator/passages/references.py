"""Numbered things that a question names: section 4, report 812, version 3.2.

Where the passages have such things under titles of their own, only what stands under the one that
was asked for can answer. Where they have others but not that one, nothing does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ragline.contracts.queries import Passage
from ragline.questions.terms import STOP_WORDS, stem
from ragline_generator.passages import readable
from ragline_generator.passages.titles import titles_above
from ragline_generator.passages.units import Unit, split

_NUMBER = r"(?P<number>(?:[A-Za-z]{1,6}-)?+\d++(?:[.\-]\d++)*+[a-z]?+)(?![\w%]|[.,:]\d)"
_NAMED = re.compile(
    rf"(?:(?<![^\W\d_])(?P<kind>[^\W\d_]{{2,}}+)[\s\u00a0]++(?:(?:no|nr)\.?\s|number\s|nummer\s|#)?\s?|(?P<sign>§)\s?){_NUMBER}",
    re.IGNORECASE,
)
# `2. Cleaning` and `3.2.1 Liability` are sections, whatever they are called
_LEADING = re.compile(r"(?:§\s?)?(?P<number>\d++(?:\.\d++)*+)[.)]?+\s++(?=[^\W\d_])")
_SECTIONS = frozenset(
    map(
        stem,
        (
            *("section", "chapter", "clause", "paragraph", "part", "point", "§"),
            *("abschnitt", "kapitel", "ziffer", "punkt", "absatz", "paragraf"),
        ),
    )
)
_PLAIN_SECTIONS = frozenset(map(stem, ("section", "chapter", "part", "abschnitt", "kapitel")))
# `1.27 to 1.31`, `13 or newer`: a range holds numbers that are not written
_RANGE = re.compile(
    r"\s*+(?:to|through|until|bis|and|und|or|oder|-|–|—|\+|/)(?:\s|\d|$)", re.IGNORECASE
)
_ENUMERATED = 2
# `at least 14`: such a number counts something
_NO_KINDS = frozenset({
    "least", "most", "maximum", "minimum", "approximately", "nearly", "almost", "exceed", "exceeds",
    "exceeding", "within", "next", "last", "first", "every", "costs", "cost", "weighs", "lasts",
    "takes", "since", "exactly", "per", "than", "ab", "bis", "von", "mindestens", "maximal", "etwa",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reference:
    """A thing by the stem of its kind and its number, both in one case."""

    kind: str
    number: str


@dataclass(frozen=True, slots=True)
class Referred:
    """What the passages have of a reference.

    `places` are the starts of the units, passage by passage, that stand under its title, `others`
    of those under the title of another of its kind; both are None where no title names it. `absent`
    if they have others of its kind, but nowhere that one. `document` is set where a single document
    has it.
    """

    places: tuple[frozenset[int], ...] | None
    others: tuple[frozenset[int], ...] | None
    absent: bool
    document: str | None = None


def references(question: str) -> tuple[Reference, ...]:
    """Return the numbered things that `question` names.

    >>> references("Who wrote report no. 812?")
    (Reference(kind='report', number='812'),)
    """
    return tuple(dict.fromkeys(each for each, _ in _references(question)))


def referred(reference: Reference, passages: Sequence[Passage]) -> Referred:
    """Find `reference` among the titles of the passages, and in their text."""
    titles = [_titled(reference.kind, passage) for passage in passages]
    if not any(number for own in titles for _, number in own):
        titles = _counted(reference, passages) or titles
    places = tuple(
        frozenset(start for start, number in own if _is_in(number, reference.number))
        for own in titles
    )
    if any(places):
        holders = {p.document_id for p, own in zip(passages, places, strict=True) if own}
        others = tuple(
            frozenset(start for start, number in own if number) - these
            for own, these in zip(titles, places, strict=True)
        )
        document = min(holders) if len(holders) == 1 else None
        return Referred(places, others, absent=False, document=document)
    numbers = {number for own in titles for _, number in own if number}
    written = [each for passage in passages for each in _written(reference.kind, passage.text)]
    known = numbers | {number for number, _ in written}
    ranged = any(is_range for _, is_range in written)
    held = reference.number in known or any(
        re.search(rf"(?<![\w.]){re.escape(reference.number)}(?!\w|\.\d)", p.text, re.IGNORECASE)
        for p in passages
    )
    return Referred(None, None, absent=len(known) >= _ENUMERATED and not held and not ranged)


def _references(text: str) -> Iterator[tuple[Reference, int]]:
    for match in _NAMED.finditer(text):
        kind = (match["kind"] or match["sign"]).casefold()
        if kind not in STOP_WORDS and kind not in _NO_KINDS:
            yield Reference(stem(kind), match["number"].casefold()), match.end()


def _written(kind: str, text: str) -> Iterator[tuple[str, bool]]:
    """Yield the numbers of things of this kind in `text`, and whether each begins a range."""
    for each, end in _references(text):
        if each.kind == kind:
            yield each.number, _RANGE.match(text, end) is not None


def _number_in(title: str, kind: str) -> str:
    """Return the number that `title` gives to a thing of this kind; empty without one."""
    found = [each.number for each, _ in _references(title) if each.kind == kind]
    if not found and kind in _SECTIONS and (leading := _LEADING.match(title)):
        return leading["number"]
    return found[0] if len(found) == 1 else ""


def _is_in(number: str, wanted: str) -> bool:
    """Tell whether section `number` is the wanted one, or a part of it: 2.1 is in 2."""
    return number == wanted or number.startswith(f"{wanted}.")


def _titled(kind: str, passage: Passage) -> list[tuple[int, str]]:
    """Return the start of each unit with the number of the title above it; empty without one."""
    units = split(passage.text)
    above = titles_above(passage.text, units)
    path = [_number_in(name, kind) for name in passage.heading_path]
    # the page's title is about all of it, unless the page has such titles inside
    inside = [
        _number_in(readable.heading(passage.text[t.start : t.end]), kind) if t else ""
        for t in above
    ]
    number = next((found for found in reversed(path) if found), "")
    if not number and not any(inside) and passage.ordinal == 0:
        number = _number_in(passage.title, kind)
    found: list[tuple[int, str]] = []
    for unit, own in zip(units, inside, strict=True):
        number = own or number
        found.append((unit.start, number))
    return found


def _counted(
    reference: Reference, passages: Sequence[Passage]
) -> list[list[tuple[int, str]]] | None:
    """Number the sections of the best passage's document by their order, if none has a number.

    Only as far as the passages hold the document from its beginning on.
    """
    if reference.kind not in _PLAIN_SECTIONS or not passages:
        return None
    own = sorted(
        (p.ordinal, place)
        for place, p in enumerate(passages)
        if p.document_id == passages[0].document_id
    )
    whole = [place for n, (ordinal, place) in enumerate(own) if ordinal == n]
    deep = any(_section(passages[place]) for place in whole)
    found: list[list[tuple[int, str]]] = [[] for _ in passages]
    count, last = 0, ""
    for place in whole:
        passage = passages[place]
        name = _section(passage)
        if name and name != last:
            count, last = count + 1, name
        for title, group in _under_titles(passage.text):
            starts = [unit.start for unit in group]
            if title is not None and not deep and len(starts) > 1:
                count += 1
            found[place] += [(start, str(count)) for start in starts]
    return found if count >= _ENUMERATED else None


def _section(passage: Passage) -> str:
    """Return the heading of the passage's section, below a heading that is the page's title."""
    path = passage.heading_path
    return "".join((path[1:] if path[:1] == (passage.title,) else path)[:1])


def _under_titles(text: str) -> Iterator[tuple[Unit | None, list[Unit]]]:
    """Yield each title of `text` with its units, the title included; None before the first."""
    units = split(text)
    pairs = zip(units, titles_above(text, units), strict=True)
    for title, group in groupby(pairs, key=lambda pair: pair[1]):
        yield title, [unit for unit, _ in group]
