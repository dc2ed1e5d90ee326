"""What is committed is what the registry and the settings say, and a cluster would take it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ragline.errors import Misconfigured
from ragline_cli.generated.manifests import check
from ragline_cli.generated.manifests.command import app
from ragline_cli.generated.manifests.render import Files, render, stale, write

RENDER = "deploy/k8s/base/generated"


@pytest.fixture(scope="module")
def files() -> Files:
    return render()


@pytest.fixture
def copy(tmp_path: Path, files: Files) -> Path:
    write(tmp_path, files)
    return tmp_path


def test_no_generated_file_is_stale(root: Path, files: Files) -> None:
    assert stale(root, files) == []


def test_rendering_twice_changes_nothing(copy: Path, files: Files) -> None:
    assert write(copy, files) == []


def test_an_edited_file_is_stale_and_written_again(copy: Path, files: Files) -> None:
    edited = Path(f"{RENDER}/retriever.yaml")
    (copy / edited).write_text("kind: Nothing\n")

    assert stale(copy, files) == [edited]
    assert write(copy, files) == [edited]
    assert (copy / edited).read_text() == files[edited]


def test_a_missing_file_is_stale(copy: Path, files: Files) -> None:
    (copy / "docs/topics.md").unlink()

    assert stale(copy, files) == [Path("docs/topics.md")]


def test_the_file_of_a_service_that_is_gone_is_removed(copy: Path, files: Files) -> None:
    gone = Path(f"{RENDER}/translator.yaml")
    (copy / gone).write_text("kind: Deployment\n")

    assert write(copy, files) == [gone]
    assert not (copy / gone).exists()


@pytest.mark.slow  # `.ci/run` makes this check itself
@pytest.mark.usefixtures("dev", "prod")
def test_the_check_passes_on_the_repository(root: Path) -> None:
    result = CliRunner().invoke(app, ["check", "--root", str(root)])

    assert result.exit_code == 0, result.output


def test_the_check_fails_on_a_stale_file(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "OVERLAYS", ())
    monkeypatch.setattr(check, "ALONE", ())
    (copy / "docs/settings.md").write_text("# Settings\n")

    result = CliRunner().invoke(app, ["check", "--root", str(copy)])

    assert result.exit_code == 1
    assert "docs/settings.md: stale; run `ragline manifests render`" in result.output


def test_a_folder_that_is_no_repository_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["render", "--root", str(tmp_path)])

    assert isinstance(result.exception, Misconfigured)
    assert "--root" in str(result.exception)
