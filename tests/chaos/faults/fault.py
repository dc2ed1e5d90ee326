"""What a fault is, and the scene that it acts on."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from ..layouts import STANDARD, Layout
from ..load import Load
from ..proxy import Proxy
from ..topology import Topology

_POLL_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The parts of the system that faults act on."""

    topology: Topology
    load: Load
    random: random.Random

    def proxies(self, name: str) -> list[Proxy]:
        """Return the proxies in front of a dependency."""
        return [each for key, each in self.topology.proxies.items() if key.startswith(name)]


Act = Callable[[Scene], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault.

    Args:
        name: as reports call it.
        about: what happens, in one line.
        act: returns when the fault is over, maybe before the system has recovered; what it returns
            is noted in the report.
        layout: the topology that it needs.
        lacking: returns why it cannot happen on this machine, or None.
    """

    name: str
    about: str
    act: Act
    layout: Layout = STANDARD
    lacking: Callable[[], str | None] = lambda: None


def wait_for(condition: Callable[[], bool], seconds: float, *, every_s: float = _POLL_S) -> bool:
    """Wait until a condition holds, at most so long; return whether it does."""
    until = time.monotonic() + seconds
    while not (held := condition()) and time.monotonic() < until:
        time.sleep(every_s)
    return held
