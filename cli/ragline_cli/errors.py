"""What can go wrong when a stack is started, used or stopped."""

from __future__ import annotations

from ragline.errors import RaglineError


class StackError(RaglineError):
    """A part of the stack could not be installed, started or reached; the message says why."""

    code = "stack"


class StackNotRunning(StackError):
    """A command needs a running stack and there is none."""

    code = "stack_not_running"


class Cancelled(StackError):
    """The user or the system asked to stop while the stack was starting."""

    code = "cancelled"
