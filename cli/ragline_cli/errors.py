"""The errors of starting, using and stopping a stack."""

from __future__ import annotations

from ragline.errors import RaglineError


class StackError(RaglineError):
    """A part of the stack could not be installed, started or reached; the message says why."""

    code = "stack"


class StackNotRunning(StackError):
    """A command needs a running stack, but none is running."""

    code = "stack_not_running"


class Cancelled(StackError):
    """The user or the system requested a stop while the stack was starting."""

    code = "cancelled"
