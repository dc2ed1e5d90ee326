"""YAML as a tree with its comments; values stay as they are written, so `no` is no truth."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import yaml

from ragline_ingestor.document import ParseLimits
from ragline_ingestor.parsers.nodes import check_nodes
from ragline_ingestor.parsers.tree.node import DEEPEST, Branch, Leaf, Node

# that of libyaml, which takes a tenth of the time
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(text: str, limits: ParseLimits) -> tuple[Node, str]:
    """Read all documents of a file; the second is the comments below the last value.

    Raises:
        InvalidDocument: `too_large`, also for what its aliases repeat.
        ValueError: it is no YAML, nested too deep, or has names that are no texts.
    """
    try:
        reader = _Reader(yaml.parse(text, _LOADER), deque(_comments(text)), limits)
        documents = [("", node) for node in reader.documents()]
    except yaml.YAMLError as error:
        raise ValueError("no YAML") from error
    root = documents[0][1] if len(documents) == 1 else Branch(documents, is_list=True)
    return root, reader.comments_until(None)


class _Reader:
    """Builds nodes of events, and gives each value the comments before and behind it.

    The library's own way to nodes takes a level of the processor's stack for each level of the
    text, which ends the process.
    """

    def __init__(
        self, events: Iterator[yaml.Event], comments: deque[tuple[int, str]], limits: ParseLimits
    ) -> None:
        self._events = events
        self._comments = comments
        self._limits = limits
        self._count = 0
        self._depth = 0
        # nodes by anchor, and how many nodes each stands for
        self._anchors: dict[str, tuple[Node, int]] = {}

    def documents(self) -> Iterator[Node]:
        """Yield the root of each document."""
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                yield self._node(next(self._events))

    def comments_until(self, line: int | None) -> str:
        """Take the comments up to `line` of the file, or all that are left."""
        found = []
        while self._comments and (line is None or self._comments[0][0] <= line):
            found.append(self._comments.popleft()[1])
        return "; ".join(found)

    def _node(self, event: yaml.Event) -> Node:
        before = self._count
        if isinstance(event, yaml.AliasEvent):
            # one that contains itself ends there
            node, size = self._anchors.get(event.anchor or "", (Leaf(f"*{event.anchor}"), 1))
            self._spend(size)
            return node
        self._spend(1)
        if isinstance(event, yaml.ScalarEvent):
            end = event.end_mark
            # a text of several lines ends where the line after it begins
            comment = self.comments_until(end.line - (end.column == 0) if end else None)
            node = Leaf(event.value or '""', comment)
        else:
            node = self._branch(is_list=isinstance(event, yaml.SequenceStartEvent))
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            self._anchors[event.anchor] = node, self._count - before
        return node

    def _branch(self, *, is_list: bool) -> Branch:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError("nested too deep")
        entries = []
        while not isinstance(event := next(self._events), yaml.CollectionEndEvent):
            name = "" if is_list else self._name(event)
            entries.append((name, self._node(event if is_list else next(self._events))))
        self._depth -= 1
        return Branch(entries, is_list=is_list)

    def _name(self, event: yaml.Event) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise ValueError("a name that is no text")  # noqa: TRY004  of the file, not the type
        self._spend(1)
        return str(event.value)

    def _spend(self, nodes: int) -> None:
        self._count += nodes
        check_nodes(self._count, self._limits)


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield the comments with their lines: what is behind the last token of a line."""
    lines = text.split("\n")
    ends: dict[int, int] = {}
    covered: set[int] = set()
    try:
        for token in yaml.scan(text, _LOADER):
            start, end = token.start_mark, token.end_mark
            ends[end.line] = max(end.column, ends.get(end.line, 0))
            covered.update(range(start.line, end.line))
    except yaml.YAMLError:
        return
    for number, line in enumerate(lines):
        rest = line[ends.get(number, 0) :].strip()
        if number not in covered and rest.startswith("#") and (comment := rest.strip("#- \t")):
            yield number, comment
