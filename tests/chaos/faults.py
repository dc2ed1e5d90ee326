"""The faults that are injected into the system, one function per kind."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

from ragline.contracts.topics import STAGES, Service
from ragline_cli.stack.server import Server

from .llm import Mood
from .load import Load
from .proxy import Proxy
from .topology import Instance, Topology

_SLEEP_S = 20.0  # longer than the session timeout
_CUT_S = 3.0
_DELAY_S = 0.3
_MOOD_S = 6.0
_POISON: tuple[tuple[str, bytes | None, list[tuple[str, bytes]] | None], ...] = (
    ("not json", b"{nope", None),
    ("wrong schema", b'{"query_id": "%b", "document_id": "%b", "words": 1}', None),
    ("null value", None, None),
    ("header that is not UTF-8", b'{"query_id": "%b", "text": "x"}', [("x", b"\xff\xfe")]),
)
POISONED = ("queries", "intents", "candidates", "ranked", "documents")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The parts of the system that faults act on."""

    topology: Topology
    load: Load
    random: random.Random


Act = Callable[[Scene], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault. `act` returns when the fault is over, maybe before the system has recovered."""

    name: str
    act: Act


def catalogue() -> Iterator[Fault]:
    """Return every fault once."""
    for service in STAGES:
        yield Fault(name=f"kill -9 {service}", act=_on_one(service, _kill))
        yield Fault(name=f"SIGTERM {service}", act=_on_one(service, _terminate))
        yield Fault(name=f"SIGSTOP 20 s {service}", act=_on_one(service, _pause))
    yield Fault(name="kill -9 broker", act=_crash(lambda topology: topology.kafka))
    yield Fault(name="kill -9 weaviate", act=_crash(lambda topology: topology.store))
    yield Fault(name="kill -9 redis", act=_crash(lambda topology: topology.redis))
    for proxy in ("kafka", "weaviate", "redis", "llm"):
        yield Fault(name=f"cut {proxy}", act=_cut(proxy))
        yield Fault(name=f"delay {proxy}", act=_delay(proxy))
    for mood in (Mood.LIMITED, Mood.STALLED, Mood.BROKEN, Mood.FAILING):
        yield Fault(name=f"llm {mood}", act=_moody(mood))
    yield Fault(name="poison", act=_poison)
    yield Fault(name="rolling restart", act=_roll)
    yield Fault(name="restart during broker outage", act=_restart_without_broker)


def select(names: str | None) -> list[Fault]:
    """Return the faults whose names contain one of the comma-separated parts; all for None.

    Raises:
        ValueError: a part that no fault contains; lists the names.
    """
    every = list(catalogue())
    if not names:
        return every
    found: list[Fault] = []
    for part in names.split(","):
        matching = [fault for fault in every if part.strip().lower() in fault.name.lower()]
        if not matching:
            known = ", ".join(fault.name for fault in every)
            raise ValueError(f"no fault contains {part!r}; there are: {known}")
        found += [fault for fault in matching if fault not in found]
    return found


def _on_one(service: Service, act: Callable[[Instance], None]) -> Act:
    def on_one(scene: Scene) -> None:
        act(scene.random.choice(scene.topology.of(service)))

    return on_one


def _kill(instance: Instance) -> None:
    instance.kill()


def _terminate(instance: Instance) -> None:
    instance.send(signal.SIGTERM)


def _pause(instance: Instance) -> None:
    instance.send(signal.SIGSTOP)
    time.sleep(_SLEEP_S)
    instance.send(signal.SIGCONT)


def _crash(of: Callable[[Topology], Server]) -> Act:
    def crash(scene: Scene) -> None:
        server = of(scene.topology)
        server.kill()
        time.sleep(1)
        server.start()

    return crash


def _cut(name: str) -> Act:
    def cut(scene: Scene) -> None:
        proxies = _proxies(scene, name)
        for proxy in proxies:
            proxy.cut(refuse=True)
        time.sleep(_CUT_S)
        for proxy in proxies:
            proxy.heal()

    return cut


def _delay(name: str) -> Act:
    def delay(scene: Scene) -> None:
        proxies = _proxies(scene, name)
        for proxy in proxies:
            proxy.delay(_DELAY_S)
        time.sleep(2 * _CUT_S)
        for proxy in proxies:
            proxy.heal()

    return delay


def _proxies(scene: Scene, name: str) -> list[Proxy]:
    return [proxy for each, proxy in scene.topology.proxies.items() if each.startswith(name)]


def _moody(mood: Mood) -> Act:
    def moody(scene: Scene) -> None:
        scene.topology.model.mood = mood
        time.sleep(_MOOD_S)
        scene.topology.model.mood = Mood.GOOD

    return moody


def _poison(scene: Scene) -> None:
    for topic in POISONED:
        for _, value, headers in _POISON:
            key = f"poison-{uuid4()}"
            body = value.replace(b"%b", key.encode()) if value is not None else None
            scene.load.inject(topic, key, body, headers)


def _roll(scene: Scene) -> None:
    """Restart every instance, one after the other, like a rolling deployment."""
    for instance in scene.topology.instances:
        started = instance.pid
        instance.send(signal.SIGTERM)
        until = time.monotonic() + 60
        while (instance.pid in (started, None) or not instance.is_ready()) and (
            time.monotonic() < until
        ):
            time.sleep(0.25)


def _restart_without_broker(scene: Scene) -> None:
    scene.topology.kafka.kill()
    instance = scene.random.choice(scene.topology.instances)
    instance.send(signal.SIGTERM)
    time.sleep(5)
    scene.topology.kafka.start()
