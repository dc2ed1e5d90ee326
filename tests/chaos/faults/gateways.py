"""A gateway ends under streams; their readers go on at the other one."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator

from ragline.contracts.topics import Service

from ..layouts import GATEWAYS
from ..readers import Readers
from ..topology import Instance
from .fault import Act, Fault, Scene

_READERS = 24
_ENDED_S = 120.0


def faults() -> Iterator[Fault]:
    """Return the ends of a gateway."""
    yield Fault(
        name="kill -9 gateway under streams",
        about=f"one of two gateways dies while {_READERS} readers follow their answers",
        act=_end(Instance.kill),
        layout=GATEWAYS,
    )
    yield Fault(
        name="SIGTERM gateway under streams",
        about=f"one of two gateways is asked to end while {_READERS} readers follow their answers",
        act=_end(lambda instance: instance.send(signal.SIGTERM)),
        layout=GATEWAYS,
    )


def _end(act: Callable[[Instance], None]) -> Act:
    def end(scene: Scene) -> str:
        readers = Readers(scene.topology.gateways, scene.load, count=_READERS)
        readers.start()
        readers.wait_until_half_follow(_ENDED_S)
        act(scene.random.choice(scene.topology.of(Service.GATEWAY)))
        readers.join(_ENDED_S)
        broken = sum(stream.breaks for stream in readers.streams)
        return f"{len(readers.streams)} streams, broken {broken} times"

    return end
