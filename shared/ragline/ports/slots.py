"""The slot of the record at hand: what a stage may tell delivery while it works."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class CurrentSlot(Protocol):
    """The slot in which the record at hand is worked on; outside of delivery there is none."""

    def parked(self) -> AbstractAsyncContextManager[None]:
        """Give the slot back while the block runs, and take one again, in turn, at its end.

        For waiting that costs nothing. A record that waits like this may be cancelled and run
        again by another process, so the stage must have done nothing before that cannot be
        repeated.
        """
        ...

    def signal(self) -> Callable[[float], None]:
        """Return a function to call when the work on the record at hand has come a step further.

        For work that lasts: without a sign of life, liveness takes it for stuck. The function gets
        the seconds that, more than usual, may pass until the next sign; 0 for none.
        """
        ...
