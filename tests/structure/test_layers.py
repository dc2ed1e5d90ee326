"""The map shows the layers that the import rules hold, and every module of the library has one."""

from __future__ import annotations

import re
import tomllib

from tests.structure.modules import PRODUCT, ROOT, modules_in


def layers() -> list[str]:
    """Return the layers of `pyproject.toml`, from the top down; a line may name several modules."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (found,) = [
        contract["layers"]
        for contract in project["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    ]
    assert isinstance(found, list)
    return found


def test_the_map_shows_the_layers() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    shown = re.findall(r"```\n(ragline\.testing\n.*?)\n```", page, re.DOTALL)
    assert [block.split("\n") for block in shown] == [layers()]


def test_every_module_of_the_library_has_its_layer() -> None:
    placed = {name.removeprefix("ragline.") for line in layers() for name in line.split(" | ")}
    assert modules_in(PRODUCT["shared"]) == placed
