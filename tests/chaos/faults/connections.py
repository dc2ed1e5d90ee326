"""Connections that are cut, slow, or lead nowhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from ..layouts import OUTAGES
from ..proxy import Proxy
from .fault import Act, Fault, Scene

_DEPENDENCIES = ("kafka", "weaviate", "redis", "llm")
_CUT_S = 3.0
_SLOW_S = 6.0
_DELAY_S = 0.3
_HOLE_S = 30.0  # longer than the limit of any call but the broker's


def faults() -> Iterator[Fault]:
    """Return cut and slow connections."""
    for name in _DEPENDENCIES:
        yield Fault(
            name=f"cut {name}",
            about=f"connections to {name} are reset and refused for {_CUT_S:g} s",
            act=_troubled(name, lambda proxy: proxy.cut(refuse=True), _CUT_S),
        )
        yield Fault(
            name=f"delay {name}",
            about=f"connections to {name} are slower by {_DELAY_S:g} s for {_SLOW_S:g} s",
            act=_troubled(name, lambda proxy: proxy.delay(_DELAY_S), _SLOW_S),
        )


def black_holes() -> Iterator[Fault]:
    """Return dependencies that neither answer nor refuse."""
    for name in _DEPENDENCIES:
        yield Fault(
            name=f"black hole {name}",
            about=f"{name} takes connections and data for {_HOLE_S:g} s and answers nothing",
            act=_troubled(name, Proxy.hold, _HOLE_S),
            layout=OUTAGES,
        )


def _troubled(name: str, trouble: Callable[[Proxy], None], seconds: float) -> Act:
    def troubled(scene: Scene) -> None:
        proxies = scene.proxies(name)
        for proxy in proxies:
            trouble(proxy)
        time.sleep(seconds)
        for proxy in proxies:
            proxy.heal()

    return troubled
