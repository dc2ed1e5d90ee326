"""What JSON, YAML and XML have in common: names with texts, lists, and names within names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leaf:
    """A text, and what the file remarks on it."""

    text: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """Named nodes in order; the names of a list's items are empty. A name may come twice."""

    entries: Sequence[tuple[str, Node]]
    is_list: bool = False


Node = Leaf | Branch

# deeper ones are no data, and would end the stack
DEEPEST = 100
# what a thing is called in most files
_NAMES = ("title", "name", "label", "displayname", "summary", "id", "key", "code")
_LONGEST_LABEL = 120


def flat(branch: Branch, path: str = "") -> Iterator[tuple[str, Leaf]]:
    """Yield the leaves below `branch` with their paths, as `server.port`; a list of texts is one.

    Items of other lists have their numbers: `servers[2].port`.
    """
    if branch.is_list and (line := listed(branch)) is not None:
        yield path, Leaf(line)
        return
    for number, (name, node) in enumerate(branch.entries, start=1):
        below = f"{path}[{number}]" if branch.is_list else joined(path, name)
        if isinstance(node, Leaf):
            yield below, node
        elif not node.entries:
            yield below, Leaf("[]" if node.is_list else "{}")
        else:
            yield from flat(node, below)


def listed(branch: Branch) -> str | None:
    """Return a list of plain texts as one text; None for any other."""
    texts = []
    for _, node in branch.entries:
        if isinstance(node, Branch) or node.comment or "\n" in node.text:
            return None
        texts.append(node.text)
    return ", ".join(texts)


def joined(path: str, name: str) -> str:
    """Return the path of `name` below `path`."""
    return f"{path}.{name}" if path and name else path or name


def label_of(branch: Branch) -> str:
    """Return what the thing that `branch` describes is called; empty if it does not say so."""
    texts = {
        name.casefold().lstrip("@"): " ".join(node.text.split())
        for name, node in reversed(branch.entries)
        if isinstance(node, Leaf)
    }
    labels = (texts.get(name, "") for name in _NAMES)
    return next((label for label in labels if 0 < len(label) <= _LONGEST_LABEL), "")
