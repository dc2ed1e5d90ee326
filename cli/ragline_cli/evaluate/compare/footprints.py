"""Memory, start and packages of the systems that are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ragline_cli.stack.launcher import Launcher
from ragline_evaluation.compare.footprint import (
    Footprint,
    folder_mb,
    installed_mb,
    memory_of_tree_mb,
    peak_memory_mb,
    pinned,
)
from ragline_evaluation.compare.peers import PEERS, environment_of
from ragline_evaluation.compare.targets import IN_PROCESS


def memory_of(launcher: Launcher, only: Sequence[str] | None = None) -> dict[str, float]:
    """Return the memory of the stack's servers; a store may be several processes."""
    services = {each.name for each in launcher.plan.services}
    return {
        server.name: peak_memory_mb(server.pid)
        if server.name in services
        else memory_of_tree_mb(server.pid)
        for server in launcher.plan.servers
        if server.pid is not None and (only is None or server.name in only)
    }


def footprints(
    memory: Mapping[str, Mapping[str, float]], start_s: Mapping[str, float], root: Path
) -> dict[str, Footprint]:
    """Return by system what it takes, from its memory in MB by process and its start in s."""
    return {
        name: Footprint(memory_mb=of, start_s=start_s[name], install_mb=_install_mb(name, root))
        for name, of in memory.items()
    }


def _install_mb(name: str, root: Path) -> float:

    for peer in PEERS:
        if peer.name == name:
            return folder_mb(environment_of(peer, root) / "lib")
    locks = ("classifier", "retriever") if name == IN_PROCESS else ("demo",)
    names: set[str] = set()
    for lock in locks:
        names |= pinned((root / "requirements" / f"{lock}.txt").read_text(encoding="utf-8"))
    return installed_mb(names)
