"""Redis's master dies or hands over, and Sentinel names another one."""

from __future__ import annotations

import time
from collections.abc import Iterator

from ..layouts import SENTINEL
from .fault import Fault, Scene, wait_for

_FAILOVER_S = 30.0
_READONLY_S = 8.0


def faults() -> Iterator[Fault]:
    """Return the failovers."""
    yield Fault(
        name="redis failover",
        about="kill -9 of Redis's master; Sentinel makes the replica master",
        act=_kill_master,
        layout=SENTINEL,
    )
    yield Fault(
        name="redis became read-only",
        about=f"a planned failover; for {_READONLY_S:g} s clients still reach the old master",
        act=_hand_over,
        layout=SENTINEL,
    )


def _kill_master(scene: Scene) -> str:
    group = scene.topology.redis
    master = group.master()
    master.kill()
    began = time.monotonic()
    moved = wait_for(lambda: group.master() is not master, _FAILOVER_S)
    took = time.monotonic() - began
    master.start()
    return f"another master after {took:.1f} s" if moved else "no other master"


def _hand_over(scene: Scene) -> str:
    group, follower = scene.topology.redis, scene.topology.follower
    assert follower is not None
    master = group.master()
    with follower.held():
        group.fail_over()
        moved = wait_for(lambda: group.master() is not master, _FAILOVER_S)
        time.sleep(_READONLY_S)
    return "handed over" if moved else "no other master"
