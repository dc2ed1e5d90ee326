"""Fields: what Word computes, such as links, page numbers and the values of forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ragline_ingestor.parsers.docx.wordml import Element, W, child, is_on, number

_ARGUMENT = re.compile(r'"([^"]*)"|(\S+)')
# switches of HYPERLINK that take an argument of their own
_WITH_ARGUMENT = frozenset({"\\l", "\\o", "\\t", "\\n"})
_CHECKED, _UNCHECKED = "☒", "☐"
PAGE_FIELDS = frozenset({"PAGE"})
# their text stands in the instruction, and there is no result
_SHOWN_WITHOUT_RESULT: Mapping[str, int] = {"EQ": 1, "MACROBUTTON": 2}


@dataclass(slots=True)
class Field:
    """A field that has begun: its instruction so far, and where its result begins in the text."""

    begin: Element
    instruction: str = ""
    in_result: bool = False
    result_at: int = 0

    @property
    def code(self) -> str:
        """The instruction's first word."""
        return self.instruction.split(maxsplit=1)[0].upper() if self.instruction.strip() else ""

    def shown(self) -> str:
        """Return what the field shows without a result: a form's value, or a text."""
        form = child(self.begin, "ffData")
        if (box := child(form, "checkBox")) is not None:
            checked = is_on(box, "checked")
            checked = is_on(box, "default") if checked is None else checked
            return _CHECKED if checked else _UNCHECKED
        if (choice := child(form, "ddList")) is not None and not self.in_result:
            entries = choice.findall(f"{W}listEntry")
            at = number(choice, "result")
            at = number(choice, "default") if at is None else at
            return str(entries[at or 0].get(f"{W}val")) if 0 <= (at or 0) < len(entries) else ""
        words = _SHOWN_WITHOUT_RESULT.get(self.code)
        if words is None or self.in_result:
            return ""
        return "".join(self.instruction.split(maxsplit=words)[words:])


def whole_fields(root: Element) -> frozenset[Element]:
    """Return the beginnings of the fields that also end.

    One without an end would hide all text after it.
    """
    whole: set[Element] = set()
    begun: list[Element] = []
    for mark in root.iter(f"{W}fldChar"):
        kind = mark.get(f"{W}fldCharType")
        if kind == "begin":
            begun.append(mark)
        elif kind == "end" and begun:
            whole.add(begun.pop())
    return frozenset(whole)


def link_target(instruction: str) -> str | None:
    r"""Return the address in the instruction of a HYPERLINK field; None for a place in the file.

    >>> link_target('HYPERLINK "https://example.com/a" \o "tip"')
    'https://example.com/a'
    """
    words = [match[1] or match[2] or "" for match in _ARGUMENT.finditer(instruction)]
    if not words or words[0].upper() != "HYPERLINK":
        return None
    is_argument = False
    for word in words[1:]:
        if not is_argument and not word.startswith("\\"):
            return word
        is_argument = word.casefold() in _WITH_ARGUMENT
    return None
