"""AsciiDoc's blocks, line by line, as Markdown.

asciidoc-py may not be shipped (GPL), Asciidoctor is a Ruby program, and the parsers in Python are
in their first versions; the text and its structure need no more than this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ragline_ingestor.parsers.asciidoc.inline import as_markdown
from ragline_ingestor.parsers.grid.cells import one_line

_HEADING = re.compile(r"(={1,6}|#{1,6})[ \t]++(\S.*+)")
_ATTRIBUTE = re.compile(r":(!?+[\w-]++!?+):(?:[ \t]++(.*+))?+")
_BLOCK_ATTRIBUTES = re.compile(r"\[(?:[^\[\]\n]|\[\])*+\]")
_QUOTED = re.compile(r"\[(?:quote|verse),[ \t]*+([^\[\]\n]++)\]")
_TITLE = re.compile(r"\.([^\s.].*+)")
_ITEM = re.compile(r"[ \t]*+(\*{1,5}|-|\.{1,5})[ \t]++(\S.*+)")
_NUMBERED = re.compile(r"[ \t]*+(\d{1,9})\.[ \t]++(\S.*+)")
_TERM = re.compile(r"[ \t]*+(\S.*?)(::{1,3}|;;)(?:[ \t]++(.*+))?")
_ADMONITION = re.compile(r"(NOTE|TIP|IMPORTANT|WARNING|CAUTION):[ \t]++(.*+)")
_DIRECTIVE = re.compile(r"(ifdef|ifndef|ifeval|endif|include|toc)::?([^\s\[\]]*+)\[([^\]\n]*+)\]")
_CELL_FORMAT = re.compile(r"(?:\d++(?:\.\d++)?+[+*]|\.\d++[+*])?+[<^>]?+(?:\.[<^>])?+[aehlmsdv]?+")
_CODE_FENCES = frozenset({"----", "....", "++++"})
_PROSE_FENCES = frozenset({"====", "****", "____", "--"})
_TABLE = ("|===", ",===", ":===", "!===")


class AsciiDocReader:
    """Reads one document; `title` is its own, `missing` what is in other files."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._at = 0
        self._attributes: dict[str, str] = {"nbsp": " ", "empty": "", "sp": " ", "plus": "+"}
        self._options = ""
        # of the steps counted so far, by depth
        self._numbers: list[int] = []
        self.missing: list[str] = []
        self.language: str | None = None

    def lines(self) -> Iterator[str]:
        """Yield the document as lines of Markdown."""
        while self._at < len(self._lines):
            line = self._lines[self._at].rstrip()
            self._at += 1
            yield from self._line(line)
        self.language = self._attributes.get("lang")

    def _line(self, line: str) -> Iterator[str]:
        if line.startswith("//") and not line.startswith("///"):
            return
        if line.startswith("////"):
            self._until(line)
        elif line in _CODE_FENCES or line.startswith("```"):
            yield from self._code(line)
        elif line.startswith(_TABLE):
            yield from self._table(line)
        elif line in _PROSE_FENCES or line in ("+", "'''", "<<<"):
            # what it holds is read as what is around it
            yield ""
        elif quoted := _QUOTED.fullmatch(line):
            yield from ("", f"{self._inline(quoted[1])}:", "")
        elif not self._is_setting(line):
            yield from self._text(line)

    def _is_setting(self, line: str) -> bool:
        """Take in a line that is not shown itself; what is in other files is told."""
        if found := _ATTRIBUTE.fullmatch(line):
            name, value = found[1].strip("!").lower(), (found[2] or "").strip()
            self._attributes[name] = as_markdown(value, self._attributes)
            return True
        if found := _DIRECTIVE.fullmatch(line):
            if found[1] == "include":
                self.missing.append(found[2])
            # `ifdef::name[text]` shows the text
            return not (found[1].startswith("if") and found[3] and found[1] != "ifeval")
        if _BLOCK_ATTRIBUTES.fullmatch(line):
            self._options = line
            return True
        return False

    def _text(self, line: str) -> Iterator[str]:
        if found := _DIRECTIVE.fullmatch(line):
            line = found[3]
        if found := _HEADING.fullmatch(line):
            self._numbers.clear()
            yield from ("", f"{'#' * len(found[1])} {self._inline(found[2])}", "")
        elif found := _ADMONITION.fullmatch(line):
            yield from ("", f"{found[1].capitalize()}: {self._inline(found[2])}")
        elif item := self._list_item(line):
            yield from item
        elif found := _TITLE.fullmatch(line):
            self._numbers.clear()
            yield from ("", self._inline(found[1]), "")
        else:
            yield from self._plain(line)
        if line.strip():
            self._options = ""

    def _list_item(self, line: str) -> Sequence[str]:
        """Return the lines of an item, with the number that a step shows; none if it is none."""
        if found := _ITEM.fullmatch(line):
            depth = len(found[1])
            self._numbers[depth:] = []
            self._numbers += [0] * (depth - len(self._numbers))
            self._numbers[-1] += 1
            mark = f"{self._numbers[-1]}." if found[1].startswith(".") else "-"
            return [f"{'   ' * (depth - 1)}{mark} {self._inline(found[2])}"]
        if found := _NUMBERED.fullmatch(line):
            return [f"{found[1]}. {self._inline(found[2])}"]
        if found := _TERM.fullmatch(line):
            return ["", f"- {self._inline(found[1])}: {self._inline(found[3] or '')}".rstrip()]
        return []

    def _plain(self, line: str) -> Iterator[str]:
        named = re.match(r"\[(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\b", self._options)
        if named and line.strip():
            line = f"{named[1].capitalize()}: {line}"
        yield self._inline(line.removesuffix(" +"))

    def _inline(self, text: str) -> str:
        return as_markdown(text, self._attributes)

    def _until(self, fence: str) -> list[str]:
        """Take the lines up to the one that closes a block."""
        begin = self._at
        while self._at < len(self._lines) and self._lines[self._at].rstrip() != fence:
            self._at += 1
        self._at += 1
        return self._lines[begin : self._at - 1]

    def _code(self, fence: str) -> Iterator[str]:
        language = re.match(r"\[source[%\w.]*+,\s*+([\w+#-]++)", self._options)
        self._options = ""
        opened = fence if fence.startswith("`") else ""
        lines = self._until("```" if opened else fence)
        mark = "````" if any("```" in line for line in lines) else "```"
        yield from ("", mark + (language[1] if language else opened.strip("`")))
        # a mark of a callout stands in a comment: `<1>`
        yield from lines
        yield from (mark, "")

    def _table(self, fence: str) -> Iterator[str]:
        options, self._options = self._options, ""
        source = self._until(fence)
        rows = _rows(source, options, fence[0])
        if not rows:
            return
        width = max(map(len, rows))
        yield ""
        for number, row in enumerate(rows):
            cells = (self._inline(cell).replace("|", r"\|") for cell in row)
            yield f"| {' | '.join([*cells, *[''] * (width - len(row))])} |"
            if number == 0:
                yield "|---" * width + "|"
        yield ""


def _rows(lines: Sequence[str], options: str, separator: str) -> list[list[str]]:
    """Return the cells of a table; its columns are stated, or those of its first line."""
    cells: list[str] = []
    first_line = 0
    for line in lines:
        parts = line.split(separator)
        if separator == "|" and (text := _without_format(parts[0], bool(parts[1:])).strip()):
            # a text that goes on, maybe before another cell
            before = cells.pop() if cells else ""
            cells.append(one_line(f"{before}\n{text}"))
        parts = parts[1:] if separator == "|" else parts
        for number, part in enumerate(parts):
            text = _without_format(part, number + 1 < len(parts) and separator == "|")
            cells.append(one_line(text))
        first_line = first_line or len(cells)
    stated = re.search(r"cols=\"?([^\"\]]*)", options)
    width = _columns(stated[1]) if stated else first_line
    return [cells[at : at + width] for at in range(0, len(cells), width)] if width else []


def _without_format(cell: str, before_another: bool) -> str:
    """Drop what is written before the next cell's bar to format it: `2+`, `a`, `.3+^`."""
    text, _, last = cell.rpartition(" ")
    if before_another and _CELL_FORMAT.fullmatch(last):
        return text
    return cell


def _columns(stated: str) -> int:
    """Count the columns in `1,2,3`, `3*` or `2*,a`."""
    counts = (re.match(r"\s*+(\d++)\*", part) for part in stated.split(","))
    return sum(int(count[1][:3]) if count else 1 for count in counts)
