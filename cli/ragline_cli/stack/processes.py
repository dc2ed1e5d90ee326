"""Child processes: started in their own process group, waited for, and reliably ended.

Because of its own group, a child does not receive the terminal's Ctrl-C: only the launcher does,
and it stops the parts in order.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from ragline_cli.errors import Cancelled, StackError

_POLL_S = 0.05
_TAIL_LINES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to run. `env` is added to ours."""

    argv: Sequence[str | Path]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None


def spawn(command: Command, log: Path) -> subprocess.Popen[bytes]:
    """Start `command` in its own process group, with its output appended to `log`.

    Raises:
        StackError: the program does not exist or may not be run.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        try:
            return subprocess.Popen(  # noqa: S603 - every argument is ours
                [str(part) for part in command.argv],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **command.env},
                cwd=command.cwd,
                process_group=0,
            )
        except OSError as error:
            raise StackError(f"cannot run {command.argv[0]}: {error}") from error


def run(command: Command, log: Path, *, cancel: Event, what: str) -> None:
    """Run `command` to its end; `cancel` ends it early, together with its child processes.

    Raises:
        StackError: it ended with a code other than 0.
        Cancelled: `cancel` was set first.
    """
    process = spawn(command, log)
    try:
        while process.poll() is None:
            if cancel.wait(_POLL_S):
                raise Cancelled(f"stopped while {what}")
    finally:
        end(process, grace_s=1.0)
    if process.returncode != 0:
        raise StackError(f"{what} failed with code {process.returncode}\n{tail(log)}")


def end(
    process: subprocess.Popen[bytes], *, first: signal.Signals = signal.SIGTERM, grace_s: float
) -> None:
    """Send `process` the signal `first` to stop it, then kill what is left of its group."""
    if process.poll() is None:
        process.send_signal(first)
        with suppress(subprocess.TimeoutExpired):  # the kill below ends it
            process.wait(grace_s)
    kill_group(process.pid)
    process.wait()


def kill_group(group: int) -> None:
    """Kill every process of a group; does nothing if the group no longer exists."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # macOS returns EPERM if only unreaped processes are left


def tail(log: Path, lines: int = _TAIL_LINES) -> str:
    """Return the name and the last lines of `log`, for an error message."""
    text = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return "\n".join([f"last lines of {log}:", *(f"  {line}" for line in text[-lines:])])
