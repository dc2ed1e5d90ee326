"""What a watcher tells about files that appear, change and vanish."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ragline.contracts.documents import Operation
from ragline_cli.ingest.events import FileEvents, Labels
from ragline_cli.ingest.watch import FileWatcher


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text(name)
    return tmp_path


def changed(watcher: FileWatcher) -> tuple[list[str], list[str]]:
    found = watcher.changes()
    return [f.document_id for f in found.written], [f.document_id for f in found.gone]


def test_nothing_happened(folder: Path) -> None:
    watcher = FileWatcher([str(folder)])
    assert not watcher.changes()


def test_written_new_and_vanished_files_are_told_once(folder: Path) -> None:
    watcher = FileWatcher([str(folder)])
    (folder / "a.md").unlink()
    (folder / "b.md").write_text("longer than before")
    (folder / "c.md").write_text("new")
    (folder / "d.bin").write_text("no document")
    assert changed(watcher) == (["b.md", "c.md"], ["a.md"])
    assert not watcher.changes()


def test_a_write_of_the_same_length_is_noticed_by_its_time(folder: Path) -> None:
    watcher = FileWatcher([str(folder)])
    os.utime(folder / "a.md", ns=(0, 1))
    assert changed(watcher) == (["a.md"], [])


def test_a_glob_takes_only_what_it_matches(folder: Path) -> None:
    watcher = FileWatcher([str(folder / "*.md")])
    (folder / "new.html").write_text("x")
    (folder / "new.md").write_text("x")
    assert changed(watcher) == (["new.md"], [])


def test_a_vanished_argument_is_a_deletion_and_no_error(folder: Path) -> None:
    watcher = FileWatcher([str(folder / "a.md")])
    (folder / "a.md").unlink()
    assert changed(watcher) == ([], ["a.md"])


def test_changes_become_deletes_and_upserts(folder: Path) -> None:
    watcher = FileWatcher([str(folder)])
    (folder / "a.md").unlink()
    (folder / "b.md").write_text("changed")
    events = FileEvents(Labels(tenant="t"))
    found = list(watcher.changes().events(events, now_ms=5))
    assert [(e.document_id, e.operation) for e in found] == [
        ("a.md", Operation.DELETE),
        ("b.md", Operation.UPSERT),
    ]


def test_plain_files_do_not_watch_everything_below_their_folder(folder: Path) -> None:
    assert not FileWatcher([str(folder / "a.md")]).recursive
    assert FileWatcher([str(folder / "a.md"), str(folder)]).recursive
    assert FileWatcher([str(folder / "a.md")]).folders == {folder}
