"""Flood limit: a bad deployment must not turn a whole topic into dead letters. Pure logic.

The limits are those of getsentry/arroyo's dead-letter queue: a ratio over a window of records, and
a number of dead letters in a row. Only failures of our own are counted: what a publisher sends can
never stop a topic, but may put the publisher into a lane (`lanes.py`).
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from enum import IntEnum
from functools import partial
from itertools import takewhile

from ragline.messaging.lanes import Lanes
from ragline.settings import DeliverySettings


class TopicState(IntEnum):
    """Running: consumed; half-open: one record is tried; stopped: none. Values as in metrics."""

    RUNNING = 0
    HALF_OPEN = 1
    STOPPED = 2


class FloodGuard:
    """Counts outcomes, and stops its topic when too many records fail through our own fault.

    Failures of a single publisher do not stop it while other publishers' records succeed: they
    speak of what this one sends. A stopped topic is `half_open` after a pause: the next record that
    proves anything starts it again, or stops it for twice as long. A flood that returns soon goes
    on with the pause where the last one ended.
    """

    def __init__(self, settings: DeliverySettings) -> None:
        self._settings = settings
        self._window: deque[tuple[str | None, bool]] = deque(maxlen=settings.flood_window)
        self._bad_in_window = 0
        self._run = 0
        self._good_since_start = 0
        self._pause_s = 0.0
        self.state = TopicState.RUNNING
        self.reason: str | None = None

    @property
    def pause_s(self) -> float:
        """How many seconds a topic that has stopped rests before it tries again."""
        return self._pause_s

    def succeeded(self, publisher: str | None) -> None:
        """Count a record of `publisher` whose work succeeded."""
        if self.state is TopicState.STOPPED:
            return  # it was in flight when the topic stopped
        if self.state is TopicState.HALF_OPEN:
            self._start()
        self._note(publisher, bad=False)
        self._run = 0
        self._good_since_start += 1
        if self._good_since_start >= self._settings.flood_run:
            self._pause_s = 0.0

    def failed(self, publisher: str | None) -> None:
        """Count a record of `publisher` that failed through no fault of the publisher's."""
        if self.state is TopicState.STOPPED:
            return
        if self.state is TopicState.HALF_OPEN:
            self._stop("the record that was tried failed, too")
            return
        self._note(publisher, bad=True)
        self._run += 1
        self._judge()

    def half_open(self) -> None:
        """Let one record be tried, after the pause."""
        if self.state is TopicState.STOPPED:
            self.state = TopicState.HALF_OPEN

    def _note(self, publisher: str | None, *, bad: bool) -> None:
        if len(self._window) == self._window.maxlen:
            self._bad_in_window -= self._window[0][1]
        self._window.append((publisher, bad))
        self._bad_in_window += bad

    def _judge(self) -> None:
        full = len(self._window) == self._window.maxlen
        ratio = self._bad_in_window / len(self._window)
        if self._run >= self._settings.flood_run:
            failures = list(takewhile(lambda noted: noted[1], reversed(self._window)))
            reason = f"{self._run} dead letters in a row"
        elif full and ratio >= self._settings.flood_ratio:
            failures = [noted for noted in self._window if noted[1]]
            reason = f"{ratio:.0%} of the last {len(self._window)} records are dead letters"
        else:
            return
        if not self._is_one_publisher_s(failures):
            self._stop(reason)

    def _is_one_publisher_s(self, failures: Iterable[tuple[str | None, bool]]) -> bool:
        failing = {publisher for publisher, _ in failures}
        well = {publisher for publisher, bad in self._window if not bad}
        return len(failing) == 1 and None not in failing and bool(well - failing)

    def _stop(self, reason: str) -> None:
        longest = self._settings.flood_pause_max_s
        self._pause_s = min(max(self._settings.flood_pause_s, 2 * self._pause_s), longest)
        self.state = TopicState.STOPPED
        self.reason = reason

    def _start(self) -> None:
        self._window.clear()
        self._bad_in_window = 0
        self._run = 0
        self._good_since_start = 0
        self.state = TopicState.RUNNING
        self.reason = None


class Floods:
    """A guard for each topic, so that a flood on one does not stop the others; and the lanes."""

    def __init__(self, settings: DeliverySettings) -> None:
        self._guards: dict[str, FloodGuard] = defaultdict(partial(FloodGuard, settings))
        self.lanes = Lanes(settings)

    def guard(self, topic: str) -> FloodGuard:
        """Return the guard of `topic`."""
        return self._guards[topic]

    def in_state(self, state: TopicState) -> str | None:
        """Return which topics are in `state`, and why; None when there is none."""
        found = [
            f"{t}: {guard.reason}" for t, guard in self._guards.items() if guard.state is state
        ]
        return "; ".join(found) or None
