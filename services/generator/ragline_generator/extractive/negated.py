"""Questions for what lacks something: which room has no projector?

Every word of such a question is in the sentence about the room that has one. Only what says no, or
what has something else of the kind instead, can answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ragline.contracts.queries import Passage
from ragline.questions.terms import terms
from ragline_generator.passages.context import label
from ragline_generator.passages.ranking import Ranked
from ragline_generator.passages.table_rows import TableRow, table_rows
from ragline_generator.passages.words import denies

_ASKED = re.compile(
    r"\W*+(?:(?:in|on|at|for|to|from|with|by|of)\s++)?"
    r"(?:which|what|who|whom|where|welche\w*+|wer|wo)\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(?:no|not|without|lacks?|lacking|except|excluding|never|kein\w*+|nicht|ohne)\b|n['’]t\b",
    re.IGNORECASE,
)
# `Whom do I call about a lamp not working?` asks for no lamp
_DOING = re.compile(r"\b(?:I|we|you|one)\s\w", re.IGNORECASE)
# A condition: what is to be done if it does not start
_CONDITION = re.compile(
    r"\b(?:if|when|that|because|why|how|since|unless|falls|wenn|weil)\b", re.IGNORECASE
)
_LACKS = re.compile(
    r"\b(?:lacks?|lacking|excludes?|excluded|excluding|except|prohibited|forbidden|kein\w*+|nicht|ohne)\b",
    re.IGNORECASE,
)
_NO = frozenset(
    {"no", "none", "-", "–", "—", "✗", "✘", "❌", "false", "not", "nein", "0", "n/a", "never"}
)
# What lacks something does not include, offer or contain it
_HAVING = terms("include offer contain provide come feature own hold belong")
_ENOUGH = 0.5
# A row that says no may have none of the question's words: they are in its table's head
_LEAST = 0.3


@dataclass(frozen=True, slots=True)
class _Lack:
    """The terms of what is lacking, and all of the question's."""

    lacking: frozenset[str]
    asked: frozenset[str]


def without_holders(
    question: str, passages: Sequence[Passage], ranked: Sequence[Sequence[Ranked]]
) -> Sequence[Sequence[Ranked]]:
    """Return `ranked` without the units that cannot answer what has no such thing.

    Unchanged where the question asks for nothing of the kind.
    """
    lack = _lack(question)
    if lack is None:
        return ranked
    rows = [table_rows(passage.text) for passage in passages]
    denying = [
        [each for each in units if _says_no(each, rows[n].get(each.unit.start), lack)]
        for n, units in enumerate(ranked)
    ]
    if any(denying):
        return _only(ranked, denying)
    holders = {
        passages[n].chunk_id
        for n, units in enumerate(ranked)
        if any(lack.lacking <= each.terms for each in units)
    }
    if not holders:
        return ranked
    others = [
        [
            each
            for each in units
            if passages[n].chunk_id not in holders and each.unit.start not in rows[n]
            if lack.lacking & each.terms
            and (lack.asked - lack.lacking) & (each.terms | terms(label(passages[n])))
        ]
        for n, units in enumerate(ranked)
    ]
    return _only(ranked, others)


def _lack(question: str) -> _Lack | None:
    found = _ASKED.match(question)
    negated = _NEGATED.search(question, found.end()) if found else None
    if found is None or negated is None or _CONDITION.search(question):
        return None
    if _DOING.search(question, found.end(), negated.start()):
        return None
    lacking = terms(question[negated.end() :].partition("?")[0]) - _HAVING
    return _Lack(lacking, terms(question)) if lacking else None


def _says_no(each: Ranked, row: TableRow | None, lack: _Lack) -> bool:
    if row is not None:
        return any(
            lack.lacking & terms(name) and cell.strip().casefold() in _NO
            for name, cell in zip(row.names, row.cells, strict=False)
        )
    if not (denies(each.text) or _LACKS.search(each.text)):
        return False
    return len(lack.lacking & each.terms) >= _ENOUGH * len(lack.lacking)


def _only(
    ranked: Sequence[Sequence[Ranked]], kept: Sequence[Sequence[Ranked]]
) -> list[list[Ranked]]:
    """Return `ranked` with no score for all but the units `kept`, and none where none is kept."""
    found: list[list[Ranked]] = []
    for units, own in zip(ranked, kept, strict=True):
        starts = {each.unit.start for each in own}
        found.append(
            [
                replace(u, score=max(u.score, _LEAST) if u.unit.start in starts else 0.0)
                for u in units
            ]
            if own
            else []
        )
    return found
