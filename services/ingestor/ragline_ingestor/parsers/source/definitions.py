"""Finds functions and classes by their first lines.

Grammars for each language would find more, but come as a package for each, or are fetched when
they are first used; a definition that is not recognised stays with the one before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ragline_ingestor.parsers.source.languages import (
    ASSIGNED,
    CALLABLE,
    HOLDER,
    KEYWORD,
    NO_NAMES,
    STATEMENT,
    Language,
)

# a method of a class in a class in a namespace
_DEEPEST = 4
_LONGEST_LINE = 400
# what belongs to the definition below it
_BEFORE = ("@", "#[", "[", "template<", "template <")


@dataclass(frozen=True, slots=True)
class Part:
    """Lines `[begin, end)` of a file; `comments` of them, at the beginning, only describe it.

    `name` is what they define, empty for what stands outside of definitions; `depth` is 0 for what
    is in no other definition.
    """

    name: str
    depth: int
    begin: int
    comments: int
    end: int


def parts(lines: Sequence[str], language: Language) -> Iterator[Part]:
    """Yield the parts of a file, which are all its lines in order."""
    starts = list(_starts(lines, language))
    bounds = [*starts, (len(lines), 0, "", 0)]
    if bounds[0][0] > 0:
        yield Part("", 0, 0, 0, bounds[0][0])
    for (begin, comments, name, depth), following in pairwise(bounds):
        yield Part(name, depth, begin, comments, following[0])


def comment_lines(lines: Sequence[str], language: Language) -> list[bool]:
    """Return for each line whether it is in a comment and holds nothing else."""
    found = []
    closing = ""
    for line in map(str.strip, lines):
        if closing:
            found.append(True)
            closing = "" if closing in line else closing
            continue
        opened = next((pair for pair in language.block if line.startswith(pair[0])), None)
        if opened is not None:
            rest = line[len(opened[0]) :]
            found.append(opened[1] not in rest or rest.rstrip().endswith(opened[1]))
            closing = "" if opened[1] in rest else opened[1]
        else:
            found.append(bool(language.line) and line.startswith(language.line))
    return found


def _starts(lines: Sequence[str], language: Language) -> Iterator[tuple[int, int, str, int]]:
    """Yield for each definition its first line, how many are comments, its name and depth."""
    is_comment = comment_lines(lines, language)
    # what is open, by indentation, and whether it holds definitions
    around: list[tuple[int, bool]] = []
    free = 0
    for at, line in enumerate(lines):
        name = "" if is_comment[at] or len(line) > _LONGEST_LINE else _name(line)
        if not name:
            continue
        indent = len(line) - len(line.lstrip())
        while around and around[-1][0] >= indent:
            around.pop()
        is_holder = HOLDER.match(line) is not None
        inside = around[-1][1] if around else is_holder or not indent
        if not inside or len(around) >= _DEEPEST:
            continue
        begin = at
        while begin > free and _belongs(lines[begin - 1], is_comment[begin - 1]):
            begin -= 1
        comments = 0
        while begin + comments < at and is_comment[begin + comments]:
            comments += 1
        yield begin, comments, name, len(around)
        around.append((indent, is_holder))
        free = at + 1


def _belongs(line: str, is_comment: bool) -> bool:
    return bool(line.strip()) and (is_comment or line.lstrip().startswith(_BEFORE))


def _name(line: str) -> str:
    word = HOLDER.match(line) or KEYWORD.match(line)
    if found := word or ASSIGNED.match(line) or STATEMENT.match(line):
        return str(found[1]).rstrip(".:")
    match = CALLABLE.match(line)
    if match is None or match[1] in NO_NAMES or line.rstrip().endswith((";", ",")):
        return ""
    words = line[: match.start(1)].split()
    if any(word in NO_NAMES for word in words) or "=" in line[: match.start(1)]:
        return ""
    # a call has no type before it and no body behind it
    return str(match[1]) if line.rstrip().endswith("{") or (words and line[:1].strip()) else ""
