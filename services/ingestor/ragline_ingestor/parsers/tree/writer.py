"""Writes a tree: lines that each bear their whole path, and tables of things alike."""

from __future__ import annotations

from collections.abc import Sequence

from ragline_ingestor.document import BlockKind
from ragline_ingestor.parsers.builder import TextBuilder
from ragline_ingestor.parsers.grid.cells import one_line
from ragline_ingestor.parsers.grid.writer import table_lines
from ragline_ingestor.parsers.tree.node import Branch, Leaf, Node, flat, joined, label_of, listed

_DEEPEST = 6
# a branch of fewer leaves stands among its neighbours' lines
_LEAST_LEAVES = 8
_LONGEST_LINE = 300
_LONGEST_COMMENT = 120


class TreeWriter:
    """Writes the nodes of one document to a builder, in order."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._lines: list[str] = []

    def write(self, root: Node) -> None:
        """Write all of `root`."""
        self._node("", root, 1)
        self._flush()

    def _node(self, path: str, node: Node, level: int) -> None:
        if isinstance(node, Leaf):
            self._leaf(path, node)
        elif not node.entries:
            self._leaf(path, Leaf("[]" if node.is_list else "{}"))
        elif node.is_list:
            self._list(path, node, level)
        else:
            for name, below in node.entries:
                self._entry(joined(path, name), below, level)

    def _entry(self, path: str, node: Node, level: int) -> None:
        """Write a named node, one of many leaves below a heading of its own."""
        if isinstance(node, Branch) and not node.is_list and _is_large(node):
            self._heading(_titled(path, node), level)
            self._node(path, node, level + 1)
            self._flush()
        else:
            self._node(path, node, level)

    def _list(self, path: str, branch: Branch, level: int) -> None:
        line = listed(branch)
        if line is not None and len(line) <= _LONGEST_LINE:
            self._leaf(path, Leaf(line))
            return
        things = [node for _, node in branch.entries if isinstance(node, Branch) and node.entries]
        if len(things) < len(branch.entries) or any(thing.is_list for thing in things):
            for number, (_, node) in enumerate(branch.entries, start=1):
                self._node(path if isinstance(node, Leaf) else f"{path}[{number}]", node, level)
        elif not self._table(path, things, level):
            for number, thing in enumerate(things, start=1):
                self._heading(_titled(f"{path}[{number}]", thing), level)
                self._node("", thing, level + 1)
                self._flush()

    def _table(self, path: str, things: Sequence[Branch], level: int) -> bool:
        """Write things that have mostly the same names as rows; False if they are not alike."""
        rows = [{name: leaf.text for name, leaf in flat(thing)} for thing in things]
        if any(leaf.comment for thing in things for _, leaf in flat(thing)):
            return False
        if sum(map(len, rows)) < sum(len(list(flat(thing))) for thing in things):
            return False  # a name comes twice
        names = list(dict.fromkeys(name for row in rows for name in row))
        if len(things) < 2 or 2 * sum(map(len, rows)) < len(names) * len(rows):
            return False
        lines = table_lines(
            names, [[one_line(row.get(name, "")) for name in names] for row in rows]
        )
        if lines is None:
            return False
        if path:
            self._heading(path, level)
        self._flush()
        self._builder.add(BlockKind.TABLE, "\n".join(lines))
        return True

    def _leaf(self, path: str, leaf: Leaf) -> None:
        comment, text = leaf.comment, leaf.text.strip("\n")
        if len(comment) > _LONGEST_COMMENT or (comment and "\n" in text):
            self._flush()
            self._builder.add(BlockKind.PARAGRAPH, comment)
            comment = ""
        line = (f"{path}: {text}" if path else text) + (f" # {comment}" if comment else "")
        if "\n" in text or len(line) > _LONGEST_LINE or not path:
            self._flush()
            self._builder.add(BlockKind.PARAGRAPH, line)
        else:
            self._lines.append(f"- {line}")

    def _heading(self, text: str, level: int) -> None:
        self._flush()
        self._builder.add(BlockKind.HEADING, text, level=min(level, _DEEPEST))

    def _flush(self) -> None:
        self._builder.add(BlockKind.LIST, "\n".join(self._lines))
        self._lines.clear()


def _is_large(branch: Branch) -> bool:
    return sum(1 for _ in zip(flat(branch), range(_LEAST_LEAVES), strict=False)) == _LEAST_LEAVES


def _titled(path: str, branch: Branch) -> str:
    label = label_of(branch)
    return f"{path}: {label}" if path and label else path or label
