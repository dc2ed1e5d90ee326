"""A full disk, under the broker and under the store."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from ragline_cli.stack.server import Server

from ..layouts import SMALL_DISKS
from ..servers import small_disk
from ..topology import Topology
from .fault import Act, Fault, Scene

_FULL_S = 20.0


def faults() -> Iterator[Fault]:
    """Return one full disk for each server that keeps the truth."""
    for name, of in _SERVERS.items():
        yield Fault(
            name=f"full disk {name}",
            about=f"nothing fits on the disk of the {name} for {_FULL_S:g} s; then it is restarted",
            act=_fill(name, of),
            layout=SMALL_DISKS,
            lacking=small_disk.lacking,
        )


_SERVERS: dict[str, Callable[[Topology], Server]] = {
    "broker": lambda topology: topology.kafka.nodes[0],
    "store": lambda topology: topology.store,
}


def _fill(name: str, of: Callable[[Topology], Server]) -> Act:
    def fill(scene: Scene) -> str:
        server, disk = of(scene.topology), scene.topology.disks[name]
        disk.fill()
        time.sleep(_FULL_S)
        survived = server.running
        disk.free()
        server.kill()  # a broker gives its log folder up, a store stays read-only: both until then
        server.start()
        return f"the {name} {'survived' if survived else 'ended by itself'}"

    return fill
