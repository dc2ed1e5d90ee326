"""Whether the excerpts that a claim cites support it.

The evidence for a claim is the few units that together contain most of its content words (a greedy
set cover); support is the share of words in the evidence, titles and headings. Only few units count
rather than whole passages, because 800 characters often contain all words of a false claim, far
apart. Every name and number of the claim must be in the evidence, and the claim must not contradict
the unit nearest to it. `docs/quality/validation.md` reports the accuracy of this check.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ragline.contracts.answers import ClaimProblem
from ragline.contracts.queries import Passage
from ragline_generator.passages import readable
from ragline_generator.passages.context import Excerpt, label
from ragline_generator.passages.sentences import sentences
from ragline_generator.passages.table_rows import TableRow, same_table, table_rows
from ragline_generator.passages.units import LineKind, Unit
from ragline_generator.passages.words import NUMBERS, Sort, Word, words
from ragline_generator.validation import table_claims
from ragline_generator.validation.contradictions import contradiction

_UNITS_OF_EVIDENCE = 3
_NEAREST_AT_MOST = 3
_NEIGHBOURS = 3
_OF_SENTENCES = (LineKind.PROSE, LineKind.ITEM, LineKind.STEP)
_SAME_SURROUNDINGS = 0.67


@dataclass(frozen=True, slots=True)
class Support:
    """`score` is the share of the claim's words found, in [0, 1]; 0 with a contradiction.

    `evidence` are the units that support the claim, by the number of their excerpt.
    """

    score: float
    problem: ClaimProblem | None = None
    evidence: Mapping[int, tuple[Unit, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Read:
    """A unit with its terms, and those of the title and headings over it.

    The terms of a table's `row` are those of its cells and their column names.
    """

    number: int
    unit: Unit
    text: str
    terms: frozenset[str]
    context: frozenset[str]
    row: TableRow | None = None
    table: Sequence[TableRow] = ()


def support(claim: str, excerpts: Mapping[int, Excerpt]) -> Support:
    """Measure how far `excerpts`, by their numbers, support `claim` (without markers)."""
    claim = _without_addresses(claim, excerpts.values())
    said = words(claim)
    wanted = frozenset(word.term for word in said)
    if not wanted:
        return Support(1.0, evidence={n: e.units[:1] for n, e in excerpts.items()})
    units = [read for number, excerpt in excerpts.items() for read in _read(number, excerpt)]
    context = frozenset[str]().union(*(read.context for read in units))
    chosen = _cover(units, wanted)
    held = (context & wanted).union(*(read.terms & wanted for read in chosen))
    evidence = _evidence(chosen, units, wanted)
    if not chosen or wanted <= context:  # nothing found, or the claim only names the document
        return Support(len(held) / len(wanted), evidence=evidence)
    problem = _problem(claim, _nearest(units, wanted), units, context)
    score = len(held) / len(wanted) if problem is None else 0.0
    return Support(score, problem, evidence)


def _without_addresses(claim: str, excerpts: Iterable[Excerpt]) -> str:
    """Remove the passages' document ids: naming a source claims nothing, whatever its digits."""
    for excerpt in excerpts:
        claim = claim.replace(f"`{excerpt.passage.document_id}`", "")
    return claim


def _problem(
    claim: str, nearest: Sequence[_Read], units: Sequence[_Read], context: frozenset[str]
) -> ClaimProblem | None:
    """Return the problem that the nearest units find; None if at least one of them finds none."""
    said, problem = words(claim), None
    for read in nearest:
        if read.row is not None:
            problem = _problem_in_table(claim, read, units, context)
            if problem is None:
                return None
            continue
        problem = _unfounded(said, read, units, context)
        for text in _texts(read, said) if problem is None else ():
            problem = contradiction(claim, text, context=context)
            if problem is None:
                return None
    return problem


def _problem_in_table(
    claim: str, read: _Read, units: Sequence[_Read], context: frozenset[str]
) -> ClaimProblem | None:
    verdict = table_claims.judge(claim, read.table)
    if verdict.problem is not None:
        return verdict.problem
    told = frozenset[str]().union(read.terms, *(_terms(row.text) for row in verdict.rows))
    return _unfounded(words(claim), replace(read, terms=told), units, context, in_row=True)


def _texts(read: _Read, said: Sequence[Word]) -> list[str]:
    """Return the unit and its nearest sentence: list items and steps may have several."""
    if read.unit.kind not in _OF_SENTENCES:
        return [read.text]
    wanted = {word.term for word in said}
    found = [read.text[start:end] for start, end in sentences(read.text, 0, len(read.text))]
    nearest = max(found, key=lambda text: len(wanted & _terms(text)), default=read.text)
    return [read.text, nearest]


def _terms(text: str) -> frozenset[str]:
    return frozenset(word.term for word in words(text))


def _nearest(units: Sequence[_Read], wanted: frozenset[str]) -> list[_Read]:
    """Return the units that contain most of the claim's terms, the shortest first."""
    most = max(len(read.terms & wanted) for read in units)
    found = [read for read in units if len(read.terms & wanted) == most]
    return sorted(found, key=lambda read: len(read.terms))[:_NEAREST_AT_MOST]


def _read(number: int, excerpt: Excerpt) -> list[_Read]:
    context, rows = _context(excerpt.passage), table_rows(excerpt.passage.text)
    found = []
    for unit in excerpt.units:
        if unit.kind is LineKind.TABLE_ROW and (row := rows.get(unit.start)):
            found.append(_read_row(number, unit, row, context, same_table(rows, row)))
        elif unit.kind is not LineKind.NOISE:
            text = _readable(excerpt.slice(unit), unit.kind)
            found.append(_Read(number, unit, text, _terms(text), context))
    return found


def _read_row(
    number: int,
    unit: Unit,
    row: TableRow,
    context: frozenset[str],
    table: Sequence[TableRow],
) -> _Read:
    under = context | _terms(row.caption)
    return _Read(number, unit, row.text, _terms(row.text), under, row, table)


@lru_cache(maxsize=8_192)
def _readable(source: str, kind: LineKind) -> str:
    """Return a unit as answers quote it, without the URLs of links, which carry no meaning."""
    return source if kind is LineKind.CODE else readable.sentence(source)


def _context(passage: Passage) -> frozenset[str]:
    """Return terms that a passage need not repeat: of title, headings and URL.

    Numbers in a URL are left out, because they say nothing about the text.
    """
    address = words(f"{passage.url or ''} {passage.document_id}")
    named = (word for word in address if word.sort not in NUMBERS)
    return frozenset(word.term for word in (*words(label(passage)), *named))


def _cover(units: Sequence[_Read], wanted: frozenset[str]) -> list[_Read]:
    """Choose units, each adding most new terms; the first is the best single one.

    Of two units that add equally many, the shorter one is taken.
    """
    chosen: list[_Read] = []
    held: frozenset[str] = frozenset()
    while len(chosen) < _UNITS_OF_EVIDENCE:
        new = {id(read): len((read.terms & wanted) - held) for read in units}
        best = max(units, key=lambda read: (new[id(read)], -len(read.terms)), default=None)
        if best is None or not new[id(best)]:
            break
        chosen.append(best)
        held |= best.terms & wanted
    return chosen


def _evidence(
    chosen: Sequence[_Read], units: Sequence[_Read], wanted: frozenset[str]
) -> dict[int, tuple[Unit, ...]]:
    """Return the chosen units by excerpt; for an excerpt without any, its nearest unit."""
    found: dict[int, list[Unit]] = {}
    for number in dict.fromkeys(read.number for read in units):
        own = [read for read in units if read.number == number]
        best = [read for read in chosen if read.number == number] or _cover(own, wanted)[:1]
        found[number] = [read.unit for read in best] or [own[0].unit]
    return {n: tuple(sorted(own, key=lambda unit: unit.start)) for n, own in found.items()}


def _unfounded(
    said: Sequence[Word],
    nearest: _Read,
    units: Sequence[_Read],
    context: frozenset[str],
    *,
    in_row: bool = False,
) -> ClaimProblem | None:
    """Tell whether a name or number of the claim is not in the evidence.

    A number counts in a unit other than the nearest one only if the surrounding words of the claim
    are there too, because passages are full of other numbers.
    """
    same_matter = in_row or sum(word.term in nearest.terms for word in said) > len(said) / 2
    for at, word in enumerate(said):
        found = word.term in nearest.terms and same_matter
        if not word.literal or found or word.term in context:
            continue
        holding = [read for read in units if word.term in read.terms]
        if word.sort is Sort.NAME and not holding:
            return ClaimProblem.NAME
        if word.sort is Sort.NUMBER and not _among(said, at, holding, context):
            return ClaimProblem.NUMBER
    return None


def _among(
    said: Sequence[Word], at: int, holding: Sequence[_Read], context: frozenset[str]
) -> bool:
    around = (*said[max(0, at - _NEIGHBOURS) : at], *said[at + 1 : at + 1 + _NEIGHBOURS])
    needed = _SAME_SURROUNDINGS * len(around)
    return any(
        sum(word.term in read.terms or word.term in context for word in around) >= needed
        for read in holding
    )
