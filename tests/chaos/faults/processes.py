"""Processes that die, stop or are replaced: services, broker, store, Redis."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from ragline.contracts.topics import STAGES, Service

from ..topology import Instance, Topology
from .fault import Act, Fault, Scene, wait_for

_SLEEP_S = 20.0  # longer than the session timeout
_READY_S = 180.0


class _Stopping(Protocol):
    def kill(self) -> None: ...

    def start(self) -> object: ...


def faults() -> Iterator[Fault]:
    """Return the faults of single processes, and the restarts."""
    for service in STAGES:
        yield Fault(
            name=f"kill -9 {service}",
            about=f"one {service} dies at once",
            act=_on_one(service, Instance.kill),
        )
        yield Fault(
            name=f"SIGTERM {service}",
            about=f"one {service} is asked to end",
            act=_on_one(service, lambda instance: instance.send(signal.SIGTERM)),
        )
        yield Fault(
            name=f"SIGSTOP 20 s {service}",
            about=f"one {service} hangs for longer than its session with the broker lasts",
            act=_on_one(service, _pause),
        )
    for name, of in _SERVERS.items():
        yield Fault(name=f"kill -9 {name}", about=f"the {name} dies and comes back", act=_crash(of))
    yield Fault(
        name="rolling restart",
        about="every instance is restarted, one after the other",
        act=_roll_all,
    )
    yield Fault(
        name="restart during broker outage",
        about="an instance starts while there is no broker",
        act=_restart_without_broker,
    )


_SERVERS: dict[str, Callable[[Topology], _Stopping]] = {
    "broker": lambda topology: topology.kafka,
    "weaviate": lambda topology: topology.store,
    "redis": lambda topology: topology.redis,
}


def roll(instance: Instance) -> None:
    """Restart an instance as a deployment does, and wait until it is ready again."""
    started = instance.pid
    instance.send(signal.SIGTERM)
    wait_for(lambda: instance.pid not in (started, None) and instance.is_ready(), _READY_S)


def _on_one(service: Service, act: Callable[[Instance], None]) -> Act:
    def on_one(scene: Scene) -> None:
        act(scene.random.choice(scene.topology.of(service)))

    return on_one


def _pause(instance: Instance) -> None:
    instance.send(signal.SIGSTOP)
    time.sleep(_SLEEP_S)
    instance.send(signal.SIGCONT)


def _crash(of: Callable[[Topology], _Stopping]) -> Act:
    def crash(scene: Scene) -> None:
        server = of(scene.topology)
        server.kill()
        time.sleep(1)
        server.start()

    return crash


def _roll_all(scene: Scene) -> None:
    for instance in scene.topology.instances:
        roll(instance)


def _restart_without_broker(scene: Scene) -> None:
    scene.topology.kafka.kill()
    instance = scene.random.choice(scene.topology.instances)
    instance.send(signal.SIGTERM)
    time.sleep(5)
    scene.topology.kafka.start()
