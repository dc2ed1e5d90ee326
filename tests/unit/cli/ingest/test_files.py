"""Which files paths, folders and globs mean, and which documents they become."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragline.errors import Misconfigured
from ragline_cli.ingest.files import find_files, require_files, watched_folders


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


@pytest.mark.parametrize("name", ["nothing", "nothing/*.md", "empty"])
def test_an_argument_that_names_nothing_is_an_error(docs: Path, name: str) -> None:
    (docs / "empty").mkdir()
    with pytest.raises(Misconfigured, match="no such file"):
        require_files([str(docs / "a.md"), str(docs / name)])


def test_watching_covers_files_folders_and_globs(docs: Path) -> None:
    arguments = [docs / "a.md", docs / "guide", docs / "guide" / "**" / "*.pdf"]
    assert watched_folders(map(str, arguments)) == {docs, docs / "guide"}
