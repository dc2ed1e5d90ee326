"""Query-aware extractive compression: the best units of the passages within a token budget.

Selection is by unit, so code, table rows and numbered steps are never cut; what a unit needs to
be understood (the head of its table, its heading, the sentence that announces its list) comes with
it. Order, headings and source offsets are kept. The method is the extractive compressor of RECOMP
(Xu et al., 2023) with lexical scores instead of a trained encoder.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ragline.contracts.queries import Passage
from ragline_generator.context import Context, Excerpt, label
from ragline_generator.ranking import Ranked
from ragline_generator.units import Kind, Unit

# What a prompt spends around each excerpt beyond its label and text
_FRAME_TOKENS = 16
_LISTED = (Kind.ITEM, Kind.STEP, Kind.CODE, Kind.TABLE_HEAD)


def compress(
    passages: Sequence[Passage],
    ranked: Sequence[Sequence[Ranked]],
    *,
    budget: int,
    count: Callable[[str], int],
) -> Context:
    """Choose units within `budget` tokens as `count` counts them; passages keep their order.

    Units are taken best first; one that does not fit is passed over for smaller ones.
    """
    chosen: list[set[Unit]] = [set() for _ in passages]
    left = budget
    for candidate in sorted((r for units in ranked for r in units), key=lambda r: -r.score):
        passage, taken = passages[candidate.index], chosen[candidate.index]
        wanted = _with_needs([r.unit for r in ranked[candidate.index]], candidate.unit) - taken
        cost = sum(count(passage.text[unit.start : unit.end]) for unit in wanted)
        cost += 0 if taken else count(label(passage)) + _FRAME_TOKENS
        if wanted and cost <= left:
            taken |= wanted
            left -= cost
    return [
        Excerpt(passage, tuple(sorted(units, key=lambda u: u.start)))
        for passage, units in zip(passages, chosen, strict=True)
        if any(unit.kind is not Kind.HEADING for unit in units)
    ]


def _with_needs(units: Sequence[Unit], unit: Unit) -> set[Unit]:
    """Return `unit` with its table's head, its heading and the line that announces its list."""
    at = units.index(unit)
    needed = {unit}
    heading = next((u for u in reversed(units[:at]) if u.kind is Kind.HEADING), None)
    if heading is not None:
        needed.add(heading)
    if unit.kind is Kind.TABLE_ROW:
        needed |= _run_head(units, at, Kind.TABLE_ROW, Kind.TABLE_HEAD)
    if unit.kind in _LISTED:
        needed |= _run_head(units, at, unit.kind, Kind.PROSE)
    return needed


def _run_head(units: Sequence[Unit], at: int, run: Kind, head: Kind) -> set[Unit]:
    while at and units[at - 1].kind is run:
        at -= 1
    return {units[at - 1]} if at and units[at - 1].kind is head else set()


def tokens_of(passages: Sequence[Passage], count: Callable[[str], int]) -> int:
    """Return how many tokens the passages have before compression."""
    return sum(count(passage.text) for passage in passages)
