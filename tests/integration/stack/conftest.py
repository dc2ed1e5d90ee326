"""Runs `ragline` as a user does, in a separate home, and finds every process that it starts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from tests.patience import PATIENCE_S


class Home:
    """A `RAGLINE_HOME`, the commands run in it and the processes that belong to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # without the settings of stacks that other tests keep running
        ours = {name: value for name, value in os.environ.items() if "RAGLINE_" not in name}
        self.environment = {**ours, "RAGLINE_HOME": str(path), "OMP_NUM_THREADS": "1"}

    def without_nice(self) -> None:
        """Let what gives way to others run as they do: other tests may leave it no time at all."""
        folder = self.path.with_name("without-nice")
        folder.mkdir()
        (folder / "nice").write_text('#!/bin/sh\nshift 2  # -n 19\nexec "$@"\n')
        (folder / "nice").chmod(0o755)
        self.environment["PATH"] = f"{folder}:{self.environment['PATH']}"

    def start(self, *arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        """Start a command in the background."""
        return subprocess.Popen(
            [sys.executable, "-m", "ragline_cli.main", *arguments],
            env=self.environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(
        self, *arguments: str, timeout: float = 3 * PATIENCE_S
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "ragline_cli.main", *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def processes(self) -> list[str]:
        """Return the command lines of all processes started in this home, grandchildren too."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("RAGLINE_HOME") == str(self.path):
                    found.append(" ".join(process.cmdline()))
            except psutil.Error:
                continue
        return found

    def eventually(self, condition: Callable[[], bool], *, within_s: float) -> bool:
        """Return whether `condition` becomes true in time."""
        until = time.monotonic() + within_s
        while not condition():
            if time.monotonic() > until:
                return False
            time.sleep(0.1)
        return True


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A fresh home; whatever a failed test leaves running is killed."""
    home = Home(tmp_path / "home")
    yield home
    for process in psutil.process_iter():
        try:
            if process.environ().get("RAGLINE_HOME") == str(home.path):
                process.kill()
        except psutil.Error:
            continue
