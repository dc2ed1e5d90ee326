"""Whether a claim says what a table says: the cells of one row, under their own columns.

A claim about a table has few words, and each of them is somewhere in the table whatever the claim
says. What counts is that they stand together: `Oberon has 6 seats` is false where another room has
six, and where 6 is Oberon's floor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import permutations

from ragline.contracts.answers import ClaimProblem
from ragline_generator.passages.table_rows import TableRow
from ragline_generator.passages.words import NUMBERS, Sort, Word, denies, words

# A cell with more words is prose, which a claim may tell in other words
_SHORT_CELL = 4
# Share of a cell's words from which a claim speaks of it
_MENTIONED = 0.5
_ABSENT = frozenset({"-", "–", "—", "✗", "✘", "✖", "❌", "n/a"})


@dataclass(frozen=True, slots=True)
class TableVerdict:
    """What is wrong with a claim about a table, or None; and the rows that it tells of."""

    problem: ClaimProblem | None
    rows: tuple[TableRow, ...] = ()


@dataclass(frozen=True)
class _Cell:
    name: frozenset[str]
    text: str
    words: tuple[Word, ...]

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(word.term for word in self.words if word.sort is Sort.NUMBER)

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(word.term for word in self.words)

    @cached_property
    def literal(self) -> frozenset[str]:
        return frozenset(word.term for word in self.words if word.literal)

    @cached_property
    def units(self) -> frozenset[str]:
        """The words right behind its numbers."""
        pairs = zip(self.words, self.words[1:], strict=False)
        return frozenset(unit.term for number, unit in pairs if number.sort is Sort.NUMBER)

    @property
    def denies(self) -> bool:
        return self.text.strip().casefold() in _ABSENT or denies(self.text)

    def telling(self, said: Collection[str]) -> frozenset[str]:
        """Return the words that tell this cell from others: all of a short one that is `said`."""
        whole = len(self.words) <= _SHORT_CELL and self.terms.issubset(said)
        return self.terms if whole else self.literal

    def mentioned(self, said: Collection[str]) -> bool:
        if self.numbers:
            return self.numbers.issubset(said)
        own = self.terms
        return bool(own) and sum(term in said for term in own) >= _MENTIONED * len(own)


_Row = tuple[_Cell, ...]
# Places in a claim by the column that they are about
_Places = Mapping[int, Sequence[int]]


@dataclass(frozen=True, slots=True)
class _Part:
    """Words of a claim that stand together in the rows `among`: their places in the claim."""

    among: frozenset[int]
    places: tuple[int, ...]


def judge(claim: str, table: Sequence[TableRow]) -> TableVerdict:
    """Compare `claim` with the rows of one table.

    A claim may tell of several rows, one after the other: `Oberon has 12 seats and Titania 6`.
    """
    for row in table:
        if _quotes(claim, row):
            return TableVerdict(None, (row,))
    said, read = words(claim), [_read(row) for row in table]
    parts = list(_parts(said, read))
    told = _told(said, parts, read)
    if isinstance(told, ClaimProblem):
        return TableVerdict(told)
    rows = tuple(table[number] for number in told)
    denied = denies(claim)
    mismatch = [_polarity(said, read[number]) != denied for number in told]
    return TableVerdict(ClaimProblem.NEGATION if any(mismatch) else None, rows)


def _quotes(claim: str, row: TableRow) -> bool:
    """Tell whether the claim is the row, or some of it, as `column: cell` pairs."""
    quoted = claim.strip().removesuffix(".")
    if quoted == row.text.removesuffix("."):
        return True
    pairs = {f"{name}: {cell}" for name, cell in zip(row.names, row.cells, strict=False) if name}
    return all(part.strip() in pairs for part in quoted.split(";"))


@lru_cache(maxsize=4_096)
def _read(row: TableRow) -> _Row:
    names = row.names or ("",) * len(row.cells)
    return tuple(
        _Cell(frozenset(word.term for word in words(name)), cell, words(cell))
        for name, cell in zip(names, row.cells, strict=False)
    )


def _parts(said: Sequence[Word], table: Sequence[_Row]) -> Iterator[_Part]:
    """Yield the claim's words that tell one row from others, as far as they share a row."""
    spoken = frozenset(word.term for word in said)
    names = frozenset[str]().union(*(cell.name for row in table for cell in row))
    telling = [frozenset[str]().union(*(cell.telling(spoken) for cell in row)) for row in table]
    part: _Part | None = None
    for place, word in enumerate(said):
        among = frozenset(n for n, found in enumerate(telling) if word.term in found)
        if not among or (word.term in names and not word.literal):
            continue
        if part is not None and (shared := part.among & among):
            part = _Part(shared, (*part.places, place))
            continue
        if part is not None:
            yield part
        part = _Part(among, (place,))
    if part is not None:
        yield part


def _told(
    said: Sequence[Word], parts: Sequence[_Part], table: Sequence[_Row]
) -> list[int] | ClaimProblem:
    """Return the rows told of, or why the parts do not say what these rows do.

    A part of a single cell says nothing of its row. What the next part says is then said of it,
    too: `Oberon and Titania are on floor 3`.
    """
    found: list[int] = []
    waiting: list[_Part] = []
    for part in parts:
        linked = [n for n in sorted(part.among) if _columns(said, part, table[n]) > 1]
        if not linked and len(parts) > 1:
            waiting.append(part)
            continue
        fitting = [n for n in linked or sorted(part.among) if _aligned(said, part, table[n])]
        others = [_row_like(said, part, each, table, fitting) for each in waiting]
        if not fitting or None in others:
            return _kind(said, *waiting, part)
        found += [*fitting[:1], *(n for n in others if n is not None)]
        waiting = []
    return _kind(said, *waiting) if waiting else found


def _columns(said: Sequence[Word], part: _Part, row: _Row) -> int:
    own = {said[place].term for place in part.places}
    return sum(not own.isdisjoint(cell.terms) for cell in row)


def _row_like(
    said: Sequence[Word],
    part: _Part,
    waiting: _Part,
    table: Sequence[_Row],
    fitting: Sequence[int],
) -> int | None:
    """Return the row of the part `waiting` if it says the same as `part` in its other columns."""
    values = {said[place].term for place in part.places}
    for number in sorted(waiting.among):
        for other in fitting:
            same = [
                values & theirs.terms <= ours.terms
                for ours, theirs in zip(table[number], table[other], strict=False)
                if not any(said[place].term in ours.terms for place in waiting.places)
            ]
            if all(same):
                return number
    return None


def _kind(said: Sequence[Word], *parts: _Part) -> ClaimProblem:
    numeric = any(said[place].sort in NUMBERS for part in parts for place in part.places)
    return ClaimProblem.NUMBER if numeric else ClaimProblem.NAME


def _aligned(said: Sequence[Word], part: _Part, row: _Row) -> bool:
    """Tell whether the values of `part` stand under the columns that the claim names."""
    values, named = _values(said, part, row), _named(said, row)
    placed = {place for places in values.values() for place in places}
    lost = any(said[p].sort is Sort.NUMBER and p not in placed for p in part.places)
    if (lost or _unnamed(values, named)) and any(c and c not in values for c in named):
        return False
    return not _exchanged(values, named, row)


def _values(said: Sequence[Word], part: _Part, row: _Row) -> _Places:
    """Return the columns whose cells the claim states, with the places of their words.

    A number that has the unit of another cell is not this cell's: 26 kg are not 26 GB.
    """
    units = frozenset[str]().union(*(cell.units for cell in row))
    found: dict[int, list[int]] = {}
    for column, cell in enumerate(row):
        foreign = units - cell.terms
        places = [
            place
            for place in part.places
            if said[place].term in cell.terms
            and not (said[place].sort is Sort.NUMBER and _next(said, place) in foreign)
        ]
        if places and cell.mentioned({said[place].term for place in places}):
            found[column] = places
    return found


def _next(said: Sequence[Word], place: int) -> str | None:
    return said[place + 1].term if place + 1 < len(said) else None


def _named(said: Sequence[Word], row: _Row) -> _Places:
    """Return the columns that the claim names, with the places of their names' words.

    `Price per month` names no column `Price`.
    """
    spoken = frozenset(word.term for word in said)
    whole = [cell.name for cell in row if cell.name and cell.name <= spoken]
    return {
        column: [place for place, word in enumerate(said) if word.term in cell.name]
        for column, cell in enumerate(row)
        if cell.name in whole and not any(cell.name < other for other in whole)
    }


def _unnamed(values: _Places, named: _Places) -> list[int]:
    """Return the columns whose value is stated without their name.

    The first column mostly names the row; where the claim does not, its first value does.
    """
    found = sorted((min(places), column) for column, places in values.items())
    unnamed = [column for _, column in found if column and column not in named]
    return unnamed if 0 in values else unnamed[1:]


def _exchanged(values: _Places, named: _Places, row: _Row) -> bool:
    """Tell whether two values stand nearer to each other's column names than to their own."""
    for one, other in permutations(values, 2):
        if one not in named or set(values[one]) & set(values[other]):
            continue
        own, foreign = _apart(values[one], named[one]), _apart(values[other], named[one])
        if other in named:
            own += _apart(values[other], named[other])
            foreign += _apart(values[one], named[other])
            if foreign < own:
                return True
        elif other and row[one].numbers and row[other].numbers and foreign < own:
            return True
    return False


def _apart(ones: Sequence[int], others: Sequence[int]) -> int:
    return min(abs(one - other) for one in ones for other in others)


def _polarity(said: Sequence[Word], row: _Row) -> bool:
    """Tell whether a cell that the claim speaks of says no."""
    spoken = frozenset(word.term for word in said)
    return any(
        cell.denies for cell in row if cell.name & spoken or (cell.words and cell.mentioned(spoken))
    )
