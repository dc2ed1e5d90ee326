"""Turns the source of a unit into text that reads well inside an answer."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Sequence
from itertools import zip_longest

from ragline.citation_markers import numbers_pattern
from ragline.code_spans import code_spans
from ragline.superscripts import lowered, raised

_IMAGE = re.compile(r"!\[([^\[\]]*+)\]\((?:[^()]|\([^()]*+\))*+\)")
_LINK = re.compile(r"(?<!!)\[([^\[\]]++)\]\((?:[^()]|\([^()]*+\))*+\)")
_CODE_LINK = re.compile(r"(?<!!)\[(`[^`]++`)\]\((?:[^()`]|\([^()`]*+\))*+\)")
_ANCHOR = re.compile(r"(?<!\s)\s*+\{#[\w-]++\}")
_SCRIPT = re.compile(r"<su([bp])>([^<>]*+)</su\1>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][\w-]*(?:\s[^<>]*)?/?>")
# `<node>` or `<class 'int'>`: no tag, unless the name is an element's
_PLACE = re.compile(r"<([a-z][\w-]*+)(?:\s[^<>=/\"]*+)?>")
_ELEMENTS = frozenset(
    """
    a abbr acronym address applet area article aside audio b base basefont bdi bdo big blink
    blockquote body br button canvas caption center cite code col colgroup data datalist dd del
    details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer form frame
    frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li
    link main map mark marquee math menu meta meter nav noembed noframes noscript object ol optgroup
    option output p param picture plaintext portal pre progress q rp rt ruby s samp script search
    section select slot small source span strike strong style sub summary sup svg table tbody td
    template textarea tfoot th thead time title tr track tt u ul var video wbr xmp
    """.split()  # noqa: SIM905
)
# The borders of cells in a row, and the one at its end
_BAR = re.compile(r"(?<!\\)\|")
_END_BAR = re.compile(r"(?<!\\)\|$")
_LIST_MARK = re.compile(r"\s*(?:[-*+•]|(?:\d{1,3}|[a-z])[.)])\s+")
_STEP_NUMBER = re.compile(r"\s*(\d{1,3})[.)]\s")
_WRAPPING = re.compile(r"\s*+(?:</?[A-Z][^>]*+>|:::.*+)\s*+$")
_HEADING_MARK = re.compile(r"(?<!\s)\s*+#{1,6}\s++")
# Text that would look like one of our citation markers
_FOOTNOTE = re.compile(rf"\[{numbers_pattern()}\](?!\()")


def sentence(source: str) -> str:
    """Return prose on one line: links as their text, no tags, entities or footnote marks."""
    source = _CODE_LINK.sub(r"\1", source)
    parts, at = [], 0
    for start, end in code_spans(source):
        parts += [_plain(source[at:start]), source[start:end]]
        at = end
    return " ".join("".join([*parts, _plain(source[at:])]).split())


def _plain(text: str) -> str:
    text = _SCRIPT.sub(_script, text)
    text = _TAG.sub(_tag, _ANCHOR.sub("", _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))))
    return html.unescape(_FOOTNOTE.sub("", text))  # last, because `&lt;name&gt;` is not a tag


def _tag(found: re.Match[str]) -> str:
    """Return nothing for a tag; a word in angle brackets that holds a place stays."""
    place = _PLACE.fullmatch(found[0])
    return found[0] if place is not None and place[1] not in _ELEMENTS else ""


def _script(tagged: re.Match[str]) -> str:
    """Return raised or lowered text with its sign: 10<sup>6</sup> is not 106."""
    after = tagged.string[max(0, tagged.start() - 1) : tagged.start()]
    return (raised if tagged[1] in "pP" else lowered)(tagged[2], after=after)


def list_item(source: str) -> str:
    """Return a bullet's or step's content without its mark."""
    return source[list_mark_length(source) :]


def list_mark_length(source: str) -> int:
    """Return the length of a leading list mark such as `- ` or `1. `, in characters."""
    mark = _LIST_MARK.match(source)
    return mark.end() if mark else 0


def step_number(source: str) -> int | None:
    """Return the number of a numbered step, None for a letter."""
    found = _STEP_NUMBER.match(source)
    return int(found[1]) if found else None


def nested(source: str) -> str:
    """Return the nested content of a step, without enclosing component or admonition marks."""
    lines = textwrap.dedent(source).strip("\n").split("\n")
    return textwrap.dedent("\n".join(line for line in lines if not _WRAPPING.match(line)))


def heading(source: str) -> str:
    """Return a heading's text without marks or underline."""
    return sentence(_HEADING_MARK.sub("", source.split("\n", 1)[0]))


def code_block(source: str) -> str:
    """Return code as a fenced block."""
    source = textwrap.dedent(source)
    return source if source.startswith(("```", "~~~")) else f"```\n{source}\n```"


def table_row(head: str | None, row: str) -> str:
    """Return a row as `column: cell` pairs, or its cells alone when the head is not known."""
    found = cells(row)
    return labelled(column_names(head, len(found)) if head else (), found)


def labelled(names: Sequence[str], row: Sequence[str]) -> str:
    """Return cells with their column names, if there are names; empty cells are left out."""
    pairs = zip_longest(names, row, fillvalue="")
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell)


def column_names(head: str, columns: int) -> list[str]:
    """Return a name for each of the `columns`; none if the head names fewer."""
    names = cells(head.rsplit("\n", 1)[0])
    return names[:columns] if len(names) >= columns else []


def cells(row: str) -> list[str]:
    """Return the cells of a row; in a grid, a cell may span several lines of its row.

    A bar behind a backslash belongs to its cell.
    """
    lines = [
        _BAR.split(_END_BAR.sub("", line.strip().removeprefix("|"))) for line in row.split("\n")
    ]
    return [
        sentence(" ".join(cell).replace("\\|", "|")) for cell in zip_longest(*lines, fillvalue="")
    ]
