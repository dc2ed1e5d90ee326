"""Half of the instances run another version of the services, as during a release."""

from __future__ import annotations

import io
import subprocess
import tarfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ..layouts import OUTAGES
from ..topology import Instance
from .fault import Act, Fault, Scene
from .processes import roll

_MIXED_S = 30.0


def faults(previous: str) -> Iterator[Fault]:
    """Return the fault; `previous` names the commit of the other version."""
    yield Fault(
        name="mixed versions",
        about=f"half of the instances are rolled to commit {previous} for {_MIXED_S:g} s, and back",
        act=_mix(previous),
        layout=OUTAGES,
        lacking=partial(_lacking, previous),
    )


def _mix(previous: str) -> Act:
    def mix(scene: Scene) -> str:
        sources = scene.topology.folder / "previous"
        _check_out(previous, sources)
        others = [each for each in scene.topology.instances if each.name.endswith("-2")]
        _roll_to(others, sources)
        time.sleep(_MIXED_S)
        _roll_to(others, None)
        return f"{len(others)} of {len(scene.topology.instances)} instances ran {previous}"

    return mix


def _roll_to(instances: list[Instance], sources: Path | None) -> None:
    for each in instances:
        each.sources = sources
        roll(each)


def _check_out(commit: str, folder: Path) -> None:
    """Write the sources of a commit; a work tree of git's would stay known to the repository."""
    if folder.exists():
        return
    packed = _git("archive", commit, "shared", "services")
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")


def _lacking(commit: str) -> str | None:
    try:
        _git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}")
    except (OSError, subprocess.CalledProcessError):
        return f"git knows no commit {commit}: there is no history here"
    return None


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], check=True, capture_output=True).stdout
