"""What a system takes: memory, disk, and time until its first answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import psutil

_MB = 1_000_000
_PINNED = re.compile(r"^([A-Za-z0-9][\w.\-]*)(?:\[[^]]*\])?==", re.MULTILINE)
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """`memory_mb` by process; `start_s` from its start to its first answer, with its index made."""

    memory_mb: Mapping[str, float]
    start_s: float
    install_mb: float

    @property
    def total_memory_mb(self) -> float:
        """The memory of all its processes."""
        return sum(self.memory_mb.values())


def peak_memory_mb(pid: int) -> float:
    """Return the most resident memory that a process had; 0 if it is gone."""
    try:
        found = _PEAK.search(Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    except OSError:
        return 0.0
    return int(found[1]) * 1_024 / _MB if found else 0.0


def memory_of_tree_mb(pid: int) -> float:
    """Return the memory of a process and those below it; what they share counts once.

    For servers of several processes, whose peaks are not at one time: what they hold now.
    """
    try:
        root = psutil.Process(pid)
        return sum(_share(each) for each in (root, *root.children(recursive=True))) / _MB
    except psutil.Error:
        return 0.0


def _share(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss)
    except psutil.Error:  # it has ended meanwhile
        return 0.0


def folder_mb(folder: Path) -> float:
    """Return the size of all files below `folder`."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) / _MB


def pinned(lock: str) -> set[str]:
    """Return the names of the packages that a lock pins, as it spells them."""
    return set(_PINNED.findall(lock))


def installed_mb(names: Iterable[str]) -> float:
    """Return the size of the files of these packages here; what is not installed counts nothing.

    A lock also pins what only other systems need.
    """
    return sum(map(_size, names)) / _MB


def _size(name: str) -> int:
    try:
        files = distribution(name).files or ()
    except PackageNotFoundError:
        return 0
    paths = (Path(str(each.locate())) for each in files)
    return sum(path.stat().st_size for path in paths if path.is_file())
