"""The clock of half of the instances jumps."""

from __future__ import annotations

import time
from collections.abc import Iterator

from ..layouts import FALSE_CLOCK
from ..servers import false_clock
from .fault import Act, Fault, Scene

_HOUR_S = 3_600
_WRONG_S = 25.0


def faults() -> Iterator[Fault]:
    """Return the jumps."""
    for name, seconds in (("ahead", _HOUR_S), ("behind", -_HOUR_S)):
        yield Fault(
            name=f"clock an hour {name}",
            about=f"half of the instances' clocks are an hour {name} for {_WRONG_S:g} s",
            act=_jump(seconds),
            layout=FALSE_CLOCK,
            lacking=false_clock.lacking,
        )


def _jump(seconds: int) -> Act:
    def jump(scene: Scene) -> None:
        clock = scene.topology.clock
        assert clock is not None
        clock.move(seconds)
        time.sleep(_WRONG_S)
        clock.move(0)

    return jump
