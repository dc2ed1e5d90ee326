"""An export is there whole or not at all, and nothing else is ever overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragline.errors import Misconfigured
from ragline_cli.feedback.folder import MARK, whole_folder


def export(target: Path, text: str, *, force: bool = False) -> None:
    with whole_folder(target, force=force) as folder:
        (folder / MARK).write_text(text)
        (folder / text).mkdir()


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


@pytest.mark.parametrize("exists", [False, True])
def test_a_new_or_an_empty_folder_is_filled(tmp_path: Path, exists: bool) -> None:
    target = tmp_path / "sets" / "day"
    if exists:
        target.mkdir(parents=True)
    export(target, "one")
    assert names(target) == [MARK, "one"]
    assert names(target.parent) == ["day"]
    assert target.stat().st_mode & 0o077 == 0


def test_an_error_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "day"

    def fail() -> None:
        with whole_folder(target, force=False) as folder:
            (folder / "half").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert names(tmp_path) == []


def test_an_export_is_replaced_only_when_asked(tmp_path: Path) -> None:
    target = tmp_path / "day"
    export(target, "one")
    with pytest.raises(Misconfigured, match="holds an export; --force replaces it"):
        export(target, "two")
    assert names(target) == [MARK, "one"]
    export(target, "two", force=True)
    assert names(target) == [MARK, "two"]
    assert names(tmp_path) == ["day"]


def test_what_is_no_export_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis").touch()
    (tmp_path / "file").touch()
    with pytest.raises(Misconfigured, match="holds something else; name a new"):
        export(tmp_path / "home", "one", force=True)
    with pytest.raises(Misconfigured, match="is a file; name a folder"):
        export(tmp_path / "file", "one", force=True)
    assert names(tmp_path / "home") == ["thesis"]


def test_what_came_in_the_meantime_is_not_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "day"

    def race() -> None:
        with whole_folder(target, force=False):
            target.mkdir()
            (target / "other").touch()

    with pytest.raises(Misconfigured, match="holds something else"):
        race()
    assert names(tmp_path) == ["day"]
    assert names(target) == ["other"]
