"""Handles Ctrl-C, SIGTERM and a closed terminal: the first stops gracefully, the second kills."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from threading import Event
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopSignals:
    """Turns signals into an event.

    By default the handler raises nothing: an exception while a process is being started or stopped
    could lose track of that process.
    """

    def __init__(self) -> None:
        self.requested = Event()
        self._interrupting = False
        self._on_repeat: Callable[[], None] = lambda: None

    def on_repeat(self, action: Callable[[], None]) -> None:
        """Set what a second signal does."""
        self._on_repeat = action

    @contextlib.contextmanager
    def interrupting(self) -> Iterator[None]:
        """Let signals raise `KeyboardInterrupt` during the block, to read from the terminal."""
        self._interrupting = True
        try:
            yield
        finally:
            self._interrupting = False

    def handle(self, _number: int, _frame: FrameType | None) -> None:
        """Note one signal."""
        repeated = self.requested.is_set()
        self.requested.set()
        if repeated:
            self._on_repeat()
        elif self._interrupting:
            raise KeyboardInterrupt


@contextlib.contextmanager
def stop_signals() -> Iterator[StopSignals]:
    """Handle the signals during a `with` block (main thread only)."""
    signals = StopSignals()
    before = {number: signal.signal(number, signals.handle) for number in _SIGNALS}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
