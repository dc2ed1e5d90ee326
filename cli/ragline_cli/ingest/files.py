"""Resolves paths, folders and globs to files with document ids."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ragline.contracts.media_types import BY_SUFFIX, named_media_type, refusal
from ragline.errors import Misconfigured
from ragline_cli.ingest.skipped import Skipped, skipped_text


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


@dataclass(slots=True)
class Finding:
    """The files that arguments name, and what of their folders is no document."""

    files: list[SourceFile] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def look(arguments: Iterable[str]) -> Finding:
    """Return the files that `arguments` currently name, in a stable order, without duplicates.

    A file is accepted whatever its suffix; its root is its folder. A folder stands for the files
    below it that have a known suffix and are not hidden; the others are told. A glob
    (`docs/**/*.md`) stands for the files that it matches; their root is the part of the path before
    the first wildcard.
    """
    files: dict[Path, SourceFile] = {}
    skipped: dict[Path, Skipped] = {}
    for argument in arguments:
        found = _named(argument)
        named = sorted(found.files, key=lambda file: file.path)
        files.update({file.path: file for file in named})
        skipped.update({each.path: each for each in found.skipped})
    return Finding(list(files.values()), [e for e in skipped.values() if e.path not in files])


def find_files(arguments: Iterable[str]) -> list[SourceFile]:
    """Return the files that `arguments` currently name, as `look` does."""
    return look(arguments).files


def require_files(arguments: Iterable[str]) -> Finding:
    """Return what `arguments` name.

    Raises:
        Misconfigured: an argument names no file.
    """
    arguments = list(arguments)
    for argument in arguments:
        found = look([argument])
        if not found.files:
            skipped = f": skipped {skipped_text(found.skipped)}" if found.skipped else ""
            raise Misconfigured(
                f"{argument}: no such file, and no folder with documents in it{skipped}"
            )
    return look(arguments)


def watched_folders(arguments: Iterable[str]) -> set[Path]:
    """Return the folders in which changes can affect the files named by `arguments`."""
    return {_root(_fixed_part(argument)) for argument in arguments}


def _named(argument: str) -> Finding:
    path = Path(argument).expanduser().absolute()
    if path.is_file():
        return Finding([SourceFile(path.parent, path)])
    if path.is_dir():
        return _below(path)
    if not glob.has_magic(argument):
        return Finding()
    root = _root(_fixed_part(argument))
    matches = (Path(match) for match in glob.iglob(str(path), recursive=True))
    return Finding([SourceFile(root, match) for match in matches if match.is_file()])


def _below(root: Path) -> Finding:
    """Return the documents in a folder, and why each other thing in it is none."""
    found = Finding()

    def unreadable(error: OSError) -> None:
        path = Path(str(error.filename))
        found.skipped.append(Skipped(path, f"folder: {error.strerror}"))

    for folder, folders, names in os.walk(root, onerror=unreadable):
        here = Path(folder)
        hidden = [name for name in folders if name.startswith(".")]
        linked = [n for n in folders if n not in hidden and (here / n).is_symlink()]
        found.skipped += (Skipped(here / name, "hidden") for name in hidden)
        found.skipped += (Skipped(here / n, "linked folder: name it itself") for n in linked)
        folders[:] = [name for name in folders if name not in hidden]
        for name in names:
            reason = _reason(here / name)
            if reason:
                found.skipped.append(Skipped(here / name, reason))
            else:
                found.files.append(SourceFile(root, here / name))
    return found


def _reason(path: Path) -> str:
    """Return why a file in a folder is no document; empty for one that is."""
    if path.name.startswith("."):
        return "hidden"
    if path.is_symlink() and not path.exists():
        return "link that leads nowhere"
    if not path.is_file():
        return "no file"
    if path.suffix.lower() in BY_SUFFIX:
        return ""
    if not path.suffix:
        return "no suffix that names a format"
    return refusal(named_media_type(path.suffix)) or "no format that Ragline reads"


def _fixed_part(argument: str) -> Path:
    path = Path(argument).expanduser().absolute()
    if path.exists():
        return path
    parts = path.parts
    wild = next((i for i, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return Path(*parts[:wild])


def _root(path: Path) -> Path:
    return path.parent if path.is_file() else path
