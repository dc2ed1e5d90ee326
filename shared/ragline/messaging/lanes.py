"""Lanes: a publisher whose records are nearly all unusable is worked on one record at a time.

Nothing is refused and nothing is lost: each of its records still ends as any other. While they
wait for their turn they hold no slot, so that those of others find one. A publisher leaves its lane
when it sends good records again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable

from ragline.settings import DeliverySettings

log = logging.getLogger(__name__)

_MOST_PUBLISHERS = 1_024  # the least recently seen is forgotten


class _Publisher:
    """The last outcomes of one publisher's records, and its lane while it is limited to one."""

    def __init__(self, window: int) -> None:
        self.bad: deque[bool] = deque(maxlen=window)
        self.lane: asyncio.Lock | None = None

    @property
    def share(self) -> float:
        """The share of unusable records."""
        return sum(self.bad) / len(self.bad)


class Lanes:
    """Knows which publishers are limited to a lane.

    Args:
        settings: the window and the share of unusable records.
        on_change: is called with the number of limited publishers.
    """

    def __init__(
        self, settings: DeliverySettings, on_change: Callable[[int], None] = lambda _: None
    ) -> None:
        self._window = settings.lane_window
        self._ratio = settings.lane_ratio
        self._publishers: OrderedDict[str, _Publisher] = OrderedDict()
        self.on_change = on_change

    def of(self, publisher: str | None) -> asyncio.Lock | None:
        """Return the lane that the publisher's records take one after the other, or None."""
        known = self._publishers.get(publisher) if publisher is not None else None
        return known.lane if known else None

    @property
    def limited(self) -> int:
        """How many publishers are limited."""
        return sum(known.lane is not None for known in self._publishers.values())

    def note(self, publisher: str | None, *, bad: bool) -> None:
        """Note whether a record could be used."""
        if publisher is None:
            return
        known = self._publishers.get(publisher)
        if known is None:
            if not bad:
                return  # good publishers, nearly all of them, cost nothing
            known = self._publishers[publisher] = _Publisher(self._window)
        self._publishers.move_to_end(publisher)
        known.bad.append(bad)
        self._judge(publisher, known)
        if not any(known.bad) or len(self._publishers) > _MOST_PUBLISHERS:
            self._forget(publisher if not any(known.bad) else next(iter(self._publishers)))

    def _judge(self, publisher: str, known: _Publisher) -> None:
        full = len(known.bad) == self._window
        if known.lane is None and full and known.share >= self._ratio:
            known.lane = asyncio.Lock()
            log.warning(
                "%s: nearly all of its last %d records cannot be used: they are worked on one at a "
                "time, until better ones come",
                publisher,
                self._window,
            )
            self.on_change(self.limited)
        elif known.lane is not None and known.share <= self._ratio / 2:
            self._release(publisher, known)

    def _forget(self, publisher: str) -> None:
        known = self._publishers.pop(publisher)
        if known.lane is not None:
            self._release(publisher, known)

    def _release(self, publisher: str, known: _Publisher) -> None:
        known.lane = None
        log.info("%s: its records are worked on side by side again", publisher)
        self.on_change(self.limited)
