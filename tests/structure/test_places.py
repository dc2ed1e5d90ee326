"""Each file has its place: commands, adapters, measurements, and the tests beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.structure.modules import PRODUCT, ROOT, modules_in
from typer.main import get_command

from ragline_cli.main import app

CLI = PRODUCT["cli"]
# What every command may use, how commands are imported, and the one command that reads the registry
# of topics
KIT = {
    "main",
    "console",
    "connection",
    "errors",
    "terminal",
    "figures",
    "instants",
    "late_commands",
    "progress_bars",
    "topics",
}
# Folders that hold several commands, a file each
FAMILIES = ("stack", "generated")
# Folders of the kit
KIT_FOLDERS = {"kafka"}
# A folder named otherwise than its command, because that is no name for a module or no noun
FOLDERS = {
    "eval": "evaluate",
    "dead-letters": "dead_letters",
    "plan-capacity": "plan_capacity",
}


def commands() -> dict[str, Path]:
    """Return the file or folder in which each command of `ragline` is."""
    found = {}
    for name in get_command(app).list_commands(None):  # type: ignore[attr-defined]
        module = FOLDERS.get(name, name)
        places = [CLI / module, *(CLI / family / module for family in FAMILIES)]
        files = [CLI / f"{module}.py", *(CLI / family / f"{module}.py" for family in FAMILIES)]
        found[name] = next(
            (place for place in (*places, *files) if place.exists()), CLI / "nowhere"
        )
    return found


@pytest.mark.parametrize(("name", "place"), commands().items())
def test_a_command_is_a_file_or_a_folder_with_a_command_module(name: str, place: Path) -> None:
    if place.is_dir():
        assert modules_in(place) > {"command"}, f"a command of one file needs no folder: {place}"
    else:
        assert place.is_file(), f"there is no file or folder for `ragline {name}`"


def test_the_folders_of_the_command_line_are_its_commands() -> None:
    folders = {entry.name for entry in CLI.iterdir() if (entry / "__init__.py").exists()}
    own = {place.name for place in commands().values() if place.parent == CLI and place.is_dir()}
    assert folders == own | set(FAMILIES) | KIT_FOLDERS


def test_only_the_kit_lies_at_the_root_of_the_command_line() -> None:
    assert {file.stem for file in CLI.glob("*.py")} == KIT | {"__init__"}


def test_adapters_lie_in_folders_by_kind() -> None:
    adapters = PRODUCT["shared"] / "adapters"
    assert [file.name for file in adapters.glob("*.py")] == ["__init__.py"]
    assert modules_in(adapters) == {"stores", "redis", "llm", "models", "circuit"}
    stores = {file.stem for file in (adapters / "stores").glob("*.py")}
    assert stores == {
        "__init__",
        "opening",
        "guarded",
        "indexing",
        "analysis",
        "bm25",
        "sparse",
        "store_url",
    }


def test_evaluation_has_a_folder_for_each_measurement() -> None:
    folder = PRODUCT["evaluation"]
    kit = {
        "dataset",
        "guest_documents",
        "ingesting",
        "stages",
        "tables",
        "token_overlap",
        "writing",
    }
    measurements = {
        "retrieval",
        "intent",
        "conversations",
        "compression",
        "answers",
        "refusals",
        "validation",
        "shadow",
        "capacity",
        "compare",
    }
    assert modules_in(folder) == kit | measurements


def unit_tests() -> list[Path]:
    return sorted((ROOT / "tests/unit").rglob("test_*.py"))


@pytest.mark.parametrize("file", unit_tests(), ids=lambda file: str(file.relative_to(ROOT)))
def test_a_unit_test_mirrors_a_module(file: Path) -> None:
    """`test_<module>.py` or `test_<module>_<aspect>.py`; `test_<folder>.py` is about all in it."""
    package, *folders = file.parent.relative_to(ROOT / "tests/unit").parts
    product = PRODUCT[package].joinpath(*folders)
    assert product.is_dir(), f"the product has no folder {product.relative_to(ROOT)}"
    tested = file.stem.removeprefix("test_")
    names = modules_in(product) | {product.name}
    assert any(tested == name or tested.startswith(f"{name}_") for name in names), (
        f"no module in {product.relative_to(ROOT)} is called {tested}"
    )
