"""Resolves paths, folders and globs to files with document ids."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ragline.contracts.media_types import BY_SUFFIX
from ragline.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file and the folder that its document id is relative to."""

    root: Path
    path: Path

    @property
    def document_id(self) -> str:
        """The path relative to the root, with forward slashes on every system."""
        return self.path.relative_to(self.root).as_posix()

    @property
    def media_type(self) -> str | None:
        """The media type by suffix; None if unknown (the ingestor then inspects the bytes)."""
        return BY_SUFFIX.get(self.path.suffix.lower())


def find_files(arguments: Iterable[str]) -> list[SourceFile]:
    """Return the files that `arguments` currently name, in a stable order, without duplicates.

    A file is accepted whatever its suffix; its root is its folder. A folder stands for the files
    below it that have a known suffix and are not hidden. A glob (`docs/**/*.md`) stands for the
    files that it matches; their root is the part of the path before the first wildcard.
    """
    found = (file for a in arguments for file in sorted(_named(a), key=lambda file: file.path))
    return list({file.path: file for file in found}.values())


def require_files(arguments: Iterable[str]) -> list[SourceFile]:
    """Return the files that `arguments` name.

    Raises:
        Misconfigured: an argument names no file.
    """
    arguments = list(arguments)
    for argument in arguments:
        if not find_files([argument]):
            raise Misconfigured(f"{argument}: no such file, and no folder with documents in it")
    return find_files(arguments)


def watched_folders(arguments: Iterable[str]) -> set[Path]:
    """Return the folders in which changes can affect the files named by `arguments`."""
    return {_root(_fixed_part(argument)) for argument in arguments}


def _accepts(file: SourceFile) -> bool:
    hidden = any(part.startswith(".") for part in file.path.relative_to(file.root).parts)
    return file.media_type is not None and not hidden


def _named(argument: str) -> Iterator[SourceFile]:
    path = Path(argument).expanduser().absolute()
    if path.is_file():
        yield SourceFile(path.parent, path)
    elif path.is_dir():
        below = (SourceFile(path, p) for p in path.rglob("*") if p.is_file())
        yield from (file for file in below if _accepts(file))
    elif glob.has_magic(argument):
        root = _root(_fixed_part(argument))
        matches = (Path(match) for match in glob.iglob(str(path), recursive=True))
        yield from (SourceFile(root, match) for match in matches if match.is_file())


def _fixed_part(argument: str) -> Path:
    path = Path(argument).expanduser().absolute()
    if path.exists():
        return path
    parts = path.parts
    wild = next((i for i, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return Path(*parts[:wild])


def _root(path: Path) -> Path:
    return path.parent if path.is_file() else path
