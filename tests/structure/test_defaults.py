"""A default that is a number stands in settings alone: a second copy drifts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.structure.modules import ROOT, product_files

# How long optional users leave Redis alone; the setting of this name is that of other circuits
OTHERS = {("OptionalRedis", "cooldown_s")}


def fields(owner: ast.ClassDef) -> Iterator[tuple[str, ast.expr | None]]:
    """Yield the class's annotated fields and its constructor's parameters, with their defaults."""
    for node in owner.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, node.value
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            own = node.args
            without = [None] * (len(own.args) - len(own.defaults))
            defaults = [*without, *own.defaults, *own.kw_defaults]
            for arg, default in zip([*own.args, *own.kwonlyargs], defaults, strict=True):
                yield arg.arg, default


def classes(file: Path) -> Iterator[ast.ClassDef]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def is_number(default: ast.expr | None) -> bool:
    """Tell whether a default is a number other than 0 and 1, which mean none and the first."""
    if isinstance(default, ast.BinOp):  # 4 * 1024
        return True
    constant = isinstance(default, ast.Constant) and default.value
    return isinstance(constant, int | float) and constant not in (0, 1)


def test_no_number_is_a_default_in_settings_and_elsewhere() -> None:
    settings = {file for file in product_files() if file.name == "settings.py"}
    names = {name for file in settings for owner in classes(file) for name, _ in fields(owner)}
    elsewhere = {
        (owner.name, name): str(file.relative_to(ROOT))
        for file in {*product_files()} - settings
        for owner in classes(file)
        for name, default in fields(owner)
        if name in names and is_number(default)
    }
    assert {"least_window", "timeout_s"} <= names
    assert elsewhere.keys() == OTHERS, elsewhere
