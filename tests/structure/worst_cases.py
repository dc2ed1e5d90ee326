"""Texts on which a regular expression that backtracks takes longest, derived from the expression.

A repeated part is slow where it can go on for long and then has to be given up. So each text is
what leads to a repeated part, that part over and over, and an end that fits nothing; beside them
stand texts of characters that are common in documents.
"""

from __future__ import annotations

import re
import re._constants as opcodes  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterator, Sequence
from typing import Any

_REPEATS = (opcodes.MAX_REPEAT, opcodes.MIN_REPEAT, opcodes.POSSESSIVE_REPEAT)
_MANY = 5  # what repeats up to so often is not counted as endless
_VARIANTS = 4
_CLASSES = {
    opcodes.CATEGORY_DIGIT: "1",
    opcodes.CATEGORY_SPACE: " \n\t",
    opcodes.CATEGORY_WORD: "a1_",
    opcodes.CATEGORY_NOT_SPACE: "a.",
    opcodes.CATEGORY_NOT_WORD: " .",
    opcodes.CATEGORY_NOT_DIGIT: "a ",
}
_PROBES = "a1 \nxA.-_#é<`|"
_COMMON = [
    *"a \n\t<[(`*_#|1:=\"'\\.,-Aé",
    *("<a", "<!--", "<!---->", "{/*", "1.", "- ", "A ", "a ", "a\n", " \n", "\r\n", "(a", "[a]("),
    *("http://", "a.", "=\n", "<table", "é ", "not ", "| a ", "a, ", "   \n"),
]
_ENDS = ("", "\x00", "\nx", ">")


def worst_cases(pattern: str, flags: int, length: int) -> Iterator[str]:
    """Yield texts of about `length` characters that a pattern of this form may be slow on."""
    parts = {("", common) for common in _COMMON} | set(_attacks(_parsed(pattern, flags)))
    for start, repeated in sorted(parts):
        for end in _ENDS if repeated else ():
            yield start + repeated * (length // len(repeated)) + end


def _parsed(pattern: str, flags: int) -> Sequence[Any]:
    try:
        return list(parser.parse(pattern, flags))
    except re.error:  # what only the package `regex` knows, such as `\\X`
        return []


def _attacks(parts: Sequence[Any], start: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield what leads to a repeated part with the part; at the top also each start, repeated."""
    for index, (opcode, value) in enumerate(parts):
        before = start + _sample(parts[:index])
        if opcode in _REPEATS and value[1] > _MANY:
            yield from ((before, _sample(value[2], variant)) for variant in range(_VARIANTS))
        for inner in _inside(opcode, value):
            yield from _attacks(inner, before, depth + 1)
        if depth == 0:
            yield from (("", _sample(parts[: index + 1], variant)) for variant in range(2))


def _inside(opcode: Any, value: Any) -> Sequence[Any]:
    if opcode in _REPEATS:
        return [value[2]]
    if opcode is opcodes.SUBPATTERN:
        return [value[3]]
    if opcode is opcodes.ATOMIC_GROUP:
        return [value]
    if opcode is opcodes.BRANCH:
        return list(value[1])
    return [value[1]] if opcode in (opcodes.ASSERT, opcodes.ASSERT_NOT) else []


def _sample(parts: Sequence[Any], variant: int = 0) -> str:
    """Return a text that the parts match, or nearly: what looks around is left out."""
    return "".join(_sample_of(opcode, value, variant) for opcode, value in parts)


def _sample_of(opcode: Any, value: Any, variant: int) -> str:
    if opcode in _REPEATS:
        least, most, body = value
        times = int(max(least, 1 if variant % 2 == 0 and most else least))
        return _sample(body, variant) * min(times, 3)
    if opcode in (opcodes.SUBPATTERN, opcodes.ATOMIC_GROUP, opcodes.BRANCH):
        inside = _inside(opcode, value)
        return _sample(inside[variant % len(inside)], variant)
    found = _characters(opcode, value)
    return found[variant % len(found)] if found else ""


def _characters(opcode: Any, value: Any) -> str:
    """Return some characters that a part matches; none where it matches a position."""
    if opcode is opcodes.LITERAL:
        return chr(value)
    if opcode is opcodes.NOT_LITERAL:
        return next(probe for probe in _PROBES if ord(probe) != value)
    if opcode is opcodes.ANY:
        return "a "
    return _members(value) if opcode is opcodes.IN else ""


def _members(items: Sequence[Any]) -> str:
    """Return some characters of a class such as `[^<>]`."""
    listed = ""
    for opcode, value in items:
        if opcode is opcodes.LITERAL:
            listed += chr(value)
        elif opcode is opcodes.RANGE:
            listed += chr(value[0]) + chr(value[1])
        elif opcode is opcodes.CATEGORY:
            listed += _CLASSES.get(value, "")
    if items[0][0] is not opcodes.NEGATE:
        return listed
    one = re.compile(f"[{re.escape(listed)}]") if listed else None
    return "".join(probe for probe in _PROBES if one is None or not one.match(probe))
