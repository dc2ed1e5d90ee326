"""Source code: a part for each function or class, its comment as text before its code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ragline_ingestor.decoding import decode
from ragline_ingestor.document import (
    BlockKind,
    Content,
    ParsedDocument,
    ParseLimits,
    Parser,
)
from ragline_ingestor.parsers.builder import TextBuilder
from ragline_ingestor.parsers.source.definitions import Part, comment_lines, parts
from ragline_ingestor.parsers.source.languages import Language

_DOCSTRING = re.compile(r'\s*+[rRuU]?+("""|\'\'\')')
_MARKS = "/*#-!<>;=[]| \t"
_FENCE = "`" * 4
# between the first line of a definition and its docstring
_SIGNATURE_LINES = 30


def source_parser(language: Language) -> Parser:
    """Return the parser for files of one language."""
    return partial(_parse, language)


def _parse(language: Language, content: Content, limits: ParseLimits) -> ParsedDocument:
    text = decode(content)
    if len(text) > limits.text_chars:
        return ParsedDocument(text=text, blocks=())
    lines = text.split("\n")
    builder = TextBuilder()
    for part in parts(lines, language):
        _add(builder, part, lines[part.begin : part.end], language)
    # the first function's name is no title
    return replace(builder.build(), title=None)


def _add(builder: TextBuilder, part: Part, lines: Sequence[str], language: Language) -> None:
    if not any(line.strip() for line in lines):
        return
    # `#!` tells only who runs the file
    first = 1 if lines[0].startswith("#!") else 0
    if part.name:
        builder.add(BlockKind.HEADING, part.name, level=part.depth + 1)
        count = part.comments
    else:
        count = _leading_comments(lines, first, language)
    builder.add(BlockKind.PARAGRAPH, _prose(lines[first:count]))
    code = "\n".join([*lines[:first], *lines[max(count, first) :]]).strip("\n")
    if language.name == "python":
        builder.add(BlockKind.PARAGRAPH, _docstring(lines[count:]))
    if code.strip():
        fence = _FENCE if "```" in code else "```"
        builder.add(BlockKind.CODE, f"{fence}{language.name}\n{code}\n{fence}")


def _leading_comments(lines: Sequence[str], first: int, language: Language) -> int:
    """Return where the comments end that begin with the line `first`."""
    count = first
    is_comment = comment_lines(lines, language)
    while count < len(lines) and (is_comment[count] or not lines[count].strip()):
        count += 1
    return count


def _prose(lines: Sequence[str]) -> str:
    """Return comments as text: without their marks."""
    stripped = (line.strip().lstrip(_MARKS).removesuffix("*/").rstrip() for line in lines)
    return "\n".join(line for line in stripped if line)


def _docstring(lines: Sequence[str]) -> str:
    """Return the docstring of a definition, which stays in its code, too."""
    for at, line in enumerate(lines[:_SIGNATURE_LINES]):
        match = _DOCSTRING.match(line)
        if match is not None:
            rest = "\n".join([line[match.end() :], *lines[at + 1 :]])
            text, quote, _ = rest.partition(match[1])
            return "\n".join(each.strip() for each in text.split("\n")).strip() if quote else ""
        if at and line.strip() and lines[at - 1].rstrip().endswith(":"):
            return ""
    return ""
