"""The product's modules, as the tests of the structure see them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# What a folder below `tests/unit/` tests
PRODUCT = {
    "shared": ROOT / "shared/ragline",
    "cli": ROOT / "cli/ragline_cli",
    "evaluation": ROOT / "evaluation/ragline_evaluation",
    **{
        service.name: service / f"ragline_{service.name}"
        for service in sorted((ROOT / "services").iterdir())
        if service.is_dir()
    },
}


def product_files() -> Iterator[Path]:
    """Yield every Python file of the product."""
    for folder in PRODUCT.values():
        yield from sorted(folder.rglob("*.py"))


def public_classes(file: Path) -> Iterator[str]:
    """Yield the names of the public classes that a file defines."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name


def modules_in(folder: Path) -> set[str]:
    """Return the modules and packages that lie directly in a folder."""
    return {
        entry.stem
        for entry in folder.iterdir()
        if (entry.suffix == ".py" and entry.stem != "__init__") or (entry / "__init__.py").exists()
    }
