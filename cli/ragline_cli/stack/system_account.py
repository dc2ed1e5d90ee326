"""A system account of this machine, which root makes once."""

from __future__ import annotations

import pwd
import subprocess
from contextlib import suppress
from pathlib import Path
from threading import Event

from ragline.file_lock import one_at_a_time
from ragline_cli.errors import Cancelled, StackError

# Two `useradd` at once may both succeed, and the second one gives the account another number
_LOCK = Path("/run/ragline-account.lock")


def ensure_account(name: str, cancel: Event) -> pwd.struct_passwd:
    """Return the account `name`, which root makes if it is missing; one process at a time does.

    Raises:
        Cancelled: `cancel` was set while another process made it.
        StackError: it cannot be made.
    """

    def pause(seconds: float) -> None:
        if cancel.wait(seconds):
            raise Cancelled(f"stopped while another process makes the account {name}")

    with suppress(KeyError):
        return pwd.getpwnam(name)
    with one_at_a_time(_LOCK, pause=pause):
        with suppress(KeyError):
            return pwd.getpwnam(name)
        made = subprocess.run(  # noqa: S603
            ["useradd", "--system", name],  # noqa: S607
            check=False,
            capture_output=True,
            text=True,
        )
        if made.returncode:
            raise StackError(f"the account {name} cannot be made: {made.stderr.strip()}")
        return pwd.getpwnam(name)
