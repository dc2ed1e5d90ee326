"""Markdown as it is read: comments out, footnotes and addresses at their place, raised text signed.

Code stays as it is. The result is Markdown again, of the same blocks.
"""

from __future__ import annotations

import re
import textwrap
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markdown_it.common.utils import normalizeReference
from markdown_it.token import Token

from ragline.code_spans import code_spans
from ragline.superscripts import lowered, raised

_CODE = frozenset({"fence", "code_block"})
_OPEN, _CLOSE = "<!--", "-->"
_SCRIPT = re.compile(r"<su([bp])\b[^<>]*+>([^<>]*+)</su\1>", re.I)
_LINKED_MARK = re.compile(
    r"<sup\b[^<>]*+>(?:<a\b[^<>]*+>([^<>]*+)</a>|\[(\w++)\]\(#[^()]*+\))</sup>", re.I
)
_BREAK = re.compile(r"<br\b[^<>]*+>(?:\s*+<br\b[^<>]*+>)*+", re.I)
_SUMMARY = re.compile(
    r"^(?:<details\b[^<>]*+>\s*+)?<summary\b[^<>]*+>([^<>]*+)</summary>", re.I | re.M
)
_DETAILS = re.compile(r"^</?details\b[^<>]*+>", re.I | re.M)
_NOTE = re.compile(r"\[\^([^\[\]\s]++)\]")
_NOTE_BEGINS = re.compile(r"\s*+\[\^[^\[\]\s]++\]:[ \t]*+")
_REFERENCE = re.compile(r"\[([^\[\]]++)\](?:\[([^\[\]]*+)\])?(?![\[(:])")
_PUNCTUATION = (".", ",", ";", ":", "!", "?", "|")


@dataclass(frozen=True, slots=True)
class Written:
    """The text, and whether a comment in it has no end: then what follows is text."""

    text: str
    open_comment: bool


def as_read(
    source: str,
    lines: Sequence[int],
    tokens: Sequence[Token],
    env: Mapping[str, object],
    spend: Callable[[int], None],
) -> Written:
    """Return `source` as it is read; `tokens` and `env` are of its parsing.

    `spend` is told how long the addresses are: many links may refer to one.
    """
    return _Writer(source, lines, tokens, env, spend).write()


class _Writer:
    def __init__(
        self,
        source: str,
        lines: Sequence[int],
        tokens: Sequence[Token],
        env: Mapping[str, object],
        spend: Callable[[int], None],
    ) -> None:
        self._spend = spend
        self._source = source
        self._lines = lines
        self._links = _links(env)
        self._notes = {
            str(t.meta["label"]): self._span(t)
            for t in tokens
            if t.type == "footnote_reference_open" and not t.level
        }
        self._code = deque(self._span(t) for t in tokens if t.type in _CODE and t.map)
        self._blocks = [
            self._span(t)
            for t in tokens
            if t.map and not t.level and t.type != "footnote_reference_open"
        ]
        # the labels of notes by the number that their first reference gave them
        self._numbers: dict[str, int] = {}
        self._referred: list[str] = []
        self._open = False

    def write(self) -> Written:
        # notes move only when the text outside code refers to them, which is then known
        blocks = ["".join(self._with_notes(start, end)) for start, end in self._blocks]
        moved = deque(span for label, span in self._notes.items() if label in self._numbers)
        parts: list[str] = []
        at = 0
        ends = (len(self._source), len(self._source))
        for (start, end), block in zip([*self._blocks, ends], [*blocks, ""], strict=True):
            while moved and moved[0][0] < start:
                begin, stop = moved.popleft()
                parts.append(self._source[at:begin])
                at = stop
            parts += [self._source[at:start], block]
            at = max(at, end)
        return Written("".join(parts), self._open)

    def _span(self, token: Token) -> tuple[int, int]:
        begin, end = token.map or (0, 0)
        return self._lines[begin], self._lines[min(end, len(self._lines) - 1)]

    def _with_notes(self, start: int, end: int) -> Iterator[str]:
        known = len(self._referred)
        block = "".join(self._pieces(start, end))
        yield block
        ending = "" if block.endswith("\n") else "\n"
        for label in self._labels(known):
            begin, stop = self._notes[label]
            mark = _NOTE_BEGINS.match(self._source, begin, stop)
            text = self._source[mark.end() if mark else begin : stop].strip()
            first, _, more = text.partition("\n")
            text = f"{first}\n{textwrap.dedent(more)}" if more else first
            yield f"{ending}\n[{self._numbers[label]}] {self._prose(text)}\n"
            ending = ""

    def _labels(self, known: int) -> Iterator[str]:
        """Yield the labels that were referred to since, those in the notes themselves too."""
        while known < len(self._referred):
            yield self._referred[known]
            known += 1

    def _pieces(self, start: int, end: int) -> Iterator[str]:
        at = start
        for begin, stop in self._code_within(start, end):
            yield self._prose(self._source[at:begin])
            yield self._source[begin:stop]
            at = stop
        yield self._prose(self._source[at:end])

    def _code_within(self, start: int, end: int) -> list[tuple[int, int]]:
        found = []
        while self._code and self._code[0][0] < end:
            span = self._code.popleft()
            if span[0] >= start:
                found.append(span)
        return found

    def _prose(self, text: str) -> str:
        text = self._without_comments(text)
        parts, at = [], 0
        for start, end in code_spans(text):
            parts += [self._plain(text[at:start], text[max(0, at - 4) : at]), text[start:end]]
            at = end
        return "".join([*parts, self._plain(text[at:], text[max(0, at - 4) : at])])

    def _without_comments(self, text: str) -> str:
        if _OPEN not in text:
            return text
        code = deque(code_spans(text))
        parts, at, looked = [], 0, 0
        while (begin := text.find(_OPEN, looked)) >= 0:
            looked = begin + len(_OPEN)
            while code and code[0][1] <= begin:
                code.popleft()
            if code and code[0][0] <= begin:
                continue
            end = text.find(_CLOSE, looked) if not self._open else -1
            parts.append(text[at:begin])
            if end < 0:
                self._open = True
                at = looked
            else:
                at = looked = end + len(_CLOSE)
        return "".join([*parts, text[at:]])

    def _plain(self, text: str, before: str) -> str:
        text = _SUMMARY.sub(r"\n**\1**\n", text)
        text = _DETAILS.sub("", text)
        text = _LINKED_MARK.sub(lambda found: f"[{found[1] or found[2]}]", text)
        text = _SCRIPT.sub(lambda found: _signed(found, before), text)
        text = _BREAK.sub(_broken, text)
        if self._notes:
            text = _NOTE.sub(self._mark, text)
        return _REFERENCE.sub(self._link, text) if self._links else text

    def _mark(self, found: re.Match[str]) -> str:
        if found[1] not in self._notes:
            return found[0]
        if found[1] not in self._numbers:
            self._referred.append(found[1])
            self._numbers[found[1]] = len(self._referred)
        return f"[{self._numbers[found[1]]}]"

    def _link(self, found: re.Match[str]) -> str:
        target = self._links.get(normalizeReference(found[2] or found[1]))
        if target is None:
            return found[0]
        self._spend(len(target))
        return f"[{found[1]}]({target})"


def _links(env: Mapping[str, object]) -> dict[str, str]:
    """Return the addresses that links refer to by a label; those with brackets would not read."""
    references = env.get("references")
    if not isinstance(references, dict):
        return {}
    found = {label: str(each["href"]) for label, each in references.items()}
    return {label: href for label, href in found.items() if href and "(" not in href}


def _signed(found: re.Match[str], before: str) -> str:
    after = (before + found.string[max(0, found.start() - 4) : found.start()])[-4:]
    return (raised if found[1] in "pP" else lowered)(found[2], after=after or " ")


def _broken(found: re.Match[str]) -> str:
    """Return what separates words like a line break, which in tables and headings ends them."""
    line = found.string[found.string.rfind("\n", 0, found.start()) + 1 : found.start()]
    if "|" in line:
        return " " if line.rstrip().endswith(_PUNCTUATION) else ", "
    return " " if line.lstrip().startswith(("#", ">")) else "\n"
