"""Which files paths, folders and globs mean, and which documents they become."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ragline.errors import Misconfigured
from ragline_cli.ingest.files import find_files, look, require_files, watched_folders
from ragline_cli.ingest.skipped import skipped_text


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    names = ["a.md", "b.bin", "guide/c.HTML", "guide/deep/d.pdf", ".git/e.md", "guide/.f.md"]
    for name in names:
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "docs"


def ids(*arguments: object) -> list[str]:
    return [file.document_id for file in find_files(map(str, arguments))]


def test_a_folder_gives_its_documents_relative_to_it(docs: Path) -> None:
    assert ids(docs) == ["a.md", "guide/c.HTML", "guide/deep/d.pdf"]


def test_a_file_is_taken_whatever_its_suffix(docs: Path) -> None:
    assert ids(docs / "b.bin") == ["b.bin"]
    assert ids(docs / "guide" / ".f.md") == [".f.md"]


def test_a_glob_is_relative_to_what_comes_before_its_wildcard(docs: Path) -> None:
    assert ids(docs / "**" / "*.pdf") == ["guide/deep/d.pdf"]
    assert ids(docs / "guide" / "*.HTML") == ["c.HTML"]


def test_a_file_named_twice_is_taken_once(docs: Path) -> None:
    assert ids(docs, docs / "a.md", docs / "*.md") == ["a.md", "guide/c.HTML", "guide/deep/d.pdf"]


def test_a_name_with_brackets_is_a_name_when_it_exists(docs: Path) -> None:
    (docs / "[x].md").write_text("x")
    assert ids(docs / "[x].md") == ["[x].md"]


def test_the_media_type_is_that_of_the_suffix(docs: Path) -> None:
    found = {file.document_id: file.media_type for file in find_files([str(docs)])}
    assert found == {
        "a.md": "text/markdown",
        "guide/c.HTML": "text/html",
        "guide/deep/d.pdf": "application/pdf",
    }
    (other,) = find_files([str(docs / "b.bin")])
    assert other.media_type is None


def skipped(*arguments: object) -> dict[str, str]:
    return {each.path.name: each.reason for each in look(map(str, arguments)).skipped}


def test_what_of_a_folder_is_no_document_is_told(docs: Path) -> None:
    for name in ("old.doc", "all.zip", "LICENSE", "a.png"):
        (docs / name).write_text("x")
    assert skipped(docs) == {
        "b.bin": "no format that Ragline reads",
        ".git": "hidden",
        ".f.md": "hidden",
        "old.doc": "the binary format of old Office versions is not read: save it as DOCX, or"
        " export a PDF",
        "all.zip": "archives are not read: unpack it and publish the files that are in it",
        "LICENSE": "no suffix that names a format",
        "a.png": "no format that Ragline reads",
    }


def test_linked_folders_and_links_that_lead_nowhere_are_told(docs: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x.md").write_text("x")
    (docs / "linked").symlink_to(tmp_path / "elsewhere")
    (docs / "gone.md").symlink_to(tmp_path / "nothing.md")
    (docs / "file.md").symlink_to(tmp_path / "elsewhere" / "x.md")
    found = skipped(docs)
    assert found["linked"] == "linked folder: name it itself"
    assert found["gone.md"] == "link that leads nowhere"
    assert "file.md" in ids(docs)
    assert ids(docs / "linked") == ["x.md"]


def test_a_folder_that_may_not_be_read_is_told(docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = os.scandir

    def refused(path: str) -> object:
        if str(path).endswith("deep"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refused)
    assert skipped(docs)["deep"] == "folder: Permission denied"
    assert ids(docs) == ["a.md", "guide/c.HTML"]


def test_skipped_files_are_told_by_kind(docs: Path) -> None:
    (docs / "c.bin").write_text("x")
    assert skipped_text(look([str(docs)]).skipped) == (
        "2 (hidden), 2 .bin (no format that Ragline reads)"
    )


def test_a_folder_without_documents_says_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("x")
    with pytest.raises(Misconfigured, match=r"1 \.zip \(archives are not read"):
        require_files([str(tmp_path)])


@pytest.mark.parametrize("name", ["nothing", "nothing/*.md", "empty"])
def test_an_argument_that_names_nothing_is_an_error(docs: Path, name: str) -> None:
    (docs / "empty").mkdir()
    with pytest.raises(Misconfigured, match="no such file"):
        require_files([str(docs / "a.md"), str(docs / name)])


def test_watching_covers_files_folders_and_globs(docs: Path) -> None:
    arguments = [docs / "a.md", docs / "guide", docs / "guide" / "**" / "*.pdf"]
    assert watched_folders(map(str, arguments)) == {docs, docs / "guide"}
