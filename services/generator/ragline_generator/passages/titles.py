"""The title-like line above each unit of a passage.

A passage may hold several short sections: invoices, articles, records. What stands under a title is
about what the title names, and the title of the whole page names only one of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ragline_generator.passages.lines import LineKind
from ragline_generator.passages.signatures import is_signature
from ragline_generator.passages.units import Unit

_LONGEST = 80
_ENDS = (".", "!", "?", ":", ";", ",", "…", "。", "！", "？", "：", "；", "、")
# `Sum: 12.00` states a value; `servers[2]: alpha` names a record
_STATES_A_VALUE = re.compile(r"(?<!\])[:：]\s|=")
_RECORD = re.compile(r"\[\d+\](?::|$)")
_LETTER = re.compile(r"[^\W\d_]|\d")


def is_title(text: str, unit: Unit) -> bool:
    """Tell whether the unit of `text` is a heading, or a short line that stands alone like one.

    The signature of a function stands above its description.
    """
    if unit.kind is LineKind.HEADING:
        return True
    line = text[unit.start : unit.end]
    if unit.kind is LineKind.PROSE and is_signature(line):
        return True
    return (
        unit.kind in (LineKind.PROSE, LineKind.STEP)  # `2. Cleaning` looks like a step
        and len(line) <= _LONGEST
        and "\n" not in line
        and not line.endswith(_ENDS)
        and not _STATES_A_VALUE.search(line)
        and _LETTER.match(line) is not None
        and (not line[:1].islower() or _RECORD.search(line) is not None)
        and _alone(text, unit)
    )


def titles_above(text: str, units: Sequence[Unit]) -> list[Unit | None]:
    """Return for each of the units of `text` the title above it, itself for a title.

    A last line without anything below it is no title.
    """
    found: list[Unit | None] = []
    above: Unit | None = None
    for place, unit in enumerate(units):
        followed = place + 1 < len(units) and not (
            unit.kind is units[place + 1].kind is LineKind.STEP
        )
        if followed and is_title(text, unit):
            above = unit
        found.append(above)
    return found


def _alone(text: str, unit: Unit) -> bool:
    """Tell whether there are empty lines, or the text's beginning, around the unit."""
    before, after = text[: unit.start], text[unit.end :]
    begins = not before.strip() or before.rstrip(" \t").endswith("\n\n")
    return begins and after.lstrip(" \t").startswith("\n\n")
