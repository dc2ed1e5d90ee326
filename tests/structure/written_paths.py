"""What a path or a dotted name in a text means: which files, which modules, which names in them."""

from __future__ import annotations

import ast
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from tests.structure.modules import PRODUCT, ROOT

# Made by tools, and of no interest to a reader
_IGNORED = {"build", "__pycache__", "node_modules"}
_PACKAGES = {folder.name: folder for folder in PRODUCT.values()}


def repository_paths() -> Iterator[str]:
    """Yield every file and folder from the repository's root; a folder ends in a slash."""
    folders = [ROOT]
    while folders:
        for entry in sorted(folders.pop().iterdir()):
            hidden = entry.name.startswith(".") and entry.name not in {
                ".ci",
                ".pre-commit-config.yaml",
            }
            if hidden or entry.name in _IGNORED or entry.name.endswith(".egg-info"):
                continue
            if entry.is_dir():
                folders.append(entry)
            yield entry.relative_to(ROOT).as_posix() + "/" * entry.is_dir()


class Paths:
    """The paths of a tree, found from its root, from a folder, or by their unique end."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._all = frozenset(paths)
        self._by_end: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self._all):
            parts = path.rstrip("/").split("/")
            for start in range(len(parts)):
                self._by_end["/".join(parts[start:])].append(path)

    def problem(self, written: str, *, beside: str = "") -> str | None:
        """Return why `written` is no path of the tree, or None.

        Args:
            written: a path; braces and `*` stand for several, a slash at the end for a folder.
            beside: the folder of the text, with a slash at its end; empty at the root.
        """
        for each in _expanded(written):
            found = self._places(each, beside)
            if not found:
                return f"there is no {each}"
            if len(found) > 1 and "*" not in each:
                return f"{each} may be any of {', '.join(found)}"
        return None

    def _places(self, written: str, beside: str) -> list[str]:
        if "*" in written:
            return self._matching(written)
        for exact in (beside + written, written):
            for path in {exact, exact.rstrip("/") + "/"} & self._all:
                if path.endswith("/") or not written.endswith("/"):
                    return [path]
        found = self._by_end[written.rstrip("/")]
        if written.endswith("/"):
            found = [path for path in found if path.endswith("/")]
        # tests mirror the tree, so what the product has is what is meant
        product = [path for path in found if not path.startswith("tests/")]
        return product or found

    def _matching(self, written: str) -> list[str]:
        body = re.escape(written.rstrip("/")).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
        pattern = re.compile(rf"(?:.*/)?{body}/?")
        return [path for path in sorted(self._all) if pattern.fullmatch(path)]


def _expanded(written: str) -> list[str]:
    """Return the paths that braces stand for: `a/{b,c}.py` is `a/b.py` and `a/c.py`."""
    parts = re.split(r"\{([^{}]*)\}", written)
    choices = [part.split(",") if index % 2 else [part] for index, part in enumerate(parts)]
    return ["".join(choice) for choice in itertools.product(*choices)]


def name_problem(dotted: str) -> str | None:
    """Return why `ragline.module.Name.attribute` does not exist, or None. Imports nothing."""
    head, *rest = dotted.split(".")
    place = _PACKAGES.get(head)
    if place is None:
        return f"there is no package {head}"
    while rest and (place / rest[0] / "__init__.py").is_file():
        place /= rest.pop(0)
    if rest and (place / f"{rest[0]}.py").is_file():
        file = place / f"{rest.pop(0)}.py"
    else:
        file = place / "__init__.py"
    if not _defines(file, tuple(rest)):
        return f"{file.relative_to(ROOT)} has no {'.'.join(rest)}"
    return None


def _defines(file: Path, names: tuple[str, ...]) -> bool:
    node: ast.AST | None = _parsed(file)
    for name in names:
        node = dict(_names_in(node)).get(name) if node is not None else None
        if node is None:
            return False
    return True


@cache
def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _names_in(scope: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(scope, ast.ClassDef):  # what its methods set on `self` is an attribute, too
        for node in ast.walk(scope):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                yield node.attr, node
    for node in getattr(scope, "body", ()):
        yield from _named(node)


def _named(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            yield node.name, node
        case ast.Assign():
            yield from ((t.id, node) for t in node.targets if isinstance(t, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name, node
        case ast.Import() | ast.ImportFrom():
            yield from ((alias.asname or alias.name, node) for alias in node.names)
