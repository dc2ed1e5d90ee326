"""The system under chaos: real servers, two instances per stage, and proxies in between.

A supervisor restarts processes that died, as Kubernetes would. Only the services use the proxies;
the load and the checker reach Kafka and the store directly.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr
from tests.patience import PATIENCE_S

from ragline.contracts.topics import STAGES, Service
from ragline.settings import StoreKind, VectorStoreSettings
from ragline_cli.errors import StackError
from ragline_cli.stack.addresses import GatewayAddress
from ragline_cli.stack.ports import LOOPBACK, choose_port
from ragline_cli.stack.processes import Command, tail
from ragline_cli.stack.services import ServiceProcess
from ragline_cli.stack.weaviate import WeaviateServer

from .layouts import Layout
from .llm import ChaoticModel
from .proxy import Proxy
from .servers.false_clock import FalseClock
from .servers.kafka_cluster import KafkaCluster
from .servers.redis_group import Follower, RedisGroup, follow_master
from .servers.small_disk import SmallDisk

_WATCH_S = 0.25
_RESTART_S = 1.0  # a kubelet's first restart is fast as well


class Instance(ServiceProcess):
    """One of the processes of a service."""

    def __init__(
        self,
        service: Service,
        number: int,
        folder: Path,
        *,
        settings: Mapping[str, str],
        module: str | None = None,
    ) -> None:
        self.service = service
        name = f"{service.value}-{number}"
        addresses = {**settings, "RAGLINE_KAFKA__GROUP_INSTANCE_ID": name}  # as pods have it
        super().__init__(service, folder, addresses=addresses, log=folder / "logs" / f"{name}.log")
        self.name = name
        self._module = module
        self.wanted = True
        self.sources: Path | None = None  # of another version, instead of the installed one

    @property
    def liveness(self) -> str:
        """The URL of the liveness probe."""
        return f"http://{LOOPBACK}:{self.port}/health/live"

    def command(self) -> Command:
        """Run the service, or the module that replaces it."""
        given = super().command()
        module = [self._module] if self._module else []
        argv = (sys.executable, "-m", *(module or [f"ragline_{self.service.value}"]))
        extra = (self.service.value,) if self._module else ()
        return Command(argv=(*argv, *extra), env={**given.env, **self._path()}, cwd=Path.cwd())

    def _path(self) -> dict[str, str]:
        if self.sources is None:
            return {}
        packages = [self.sources / "shared", *sorted((self.sources / "services").iterdir())]
        return {"PYTHONPATH": os.pathsep.join(map(str, packages))}

    @property
    def exit_code(self) -> int | None:
        """How the last process ended: its code, or minus the signal; None if it has not ended."""
        return self._process.poll() if self._process else None

    def send(self, number: signal.Signals) -> None:
        """Send a signal; ignore a process that has already ended."""
        if self.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """A process that ended although it was wanted; `log` are its last lines."""

    instance: Instance
    exit_code: int | None
    log: str


@dataclass(kw_only=True)
class Topology:
    """All servers, proxies and service instances."""

    folder: Path
    layout: Layout
    kafka: KafkaCluster
    store: WeaviateServer
    redis: RedisGroup
    model: ChaoticModel
    proxies: dict[str, Proxy]
    disks: dict[str, SmallDisk] = field(default_factory=dict)
    clock: FalseClock | None = None
    follower: Follower | None = None
    instances: list[Instance] = field(default_factory=list)
    gateways: list[str] = field(default_factory=list)
    restarts: int = 0
    deaths: list[Death] = field(default_factory=list)
    _stopping: Event = field(default_factory=Event)
    _starting: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    @property
    def bootstrap(self) -> str:
        """The address of Kafka, without a proxy."""
        return self.kafka.bootstrap_servers

    @property
    def store_settings(self) -> VectorStoreSettings:
        """The settings of the store, without a proxy."""
        key = self.store.api_key
        return VectorStoreSettings(
            kind=StoreKind.WEAVIATE,
            url=SecretStr(self.store.url),
            grpc_port=self.store.grpc_port,
            api_key=SecretStr(key) if key else None,
        )

    def of(self, service: Service) -> list[Instance]:
        """Return the instances of a service."""
        return [each for each in self.instances if each.service is service]

    def wait_until_ready(self, instances: list[Instance], timeout: float = PATIENCE_S) -> None:
        """Wait until the readiness probes of `instances` succeed.

        Raises:
            StackError: one of them is not ready in time.
        """
        until = time.monotonic() + timeout
        for each in instances:
            while lacking := each.lacking():
                if time.monotonic() > until:
                    raise StackError(f"{each.name} is not ready: {lacking}\n{tail(each.log)}")
                time.sleep(_WATCH_S)

    def supervise(self) -> None:
        """Restart instances that ended, until the topology is stopped."""
        with ThreadPoolExecutor(len(self.instances)) as pool:
            while not self._stopping.wait(_WATCH_S):
                for each in self.instances:
                    if each.wanted and not each.running and self._claims(each):
                        pool.submit(self._restart, each)

    def _claims(self, each: Instance) -> bool:
        with self._lock:
            if each.name in self._starting:
                return False
            self._starting.add(each.name)
            return True

    def _restart(self, each: Instance) -> None:
        try:
            death = Death(instance=each, exit_code=each.exit_code, log=tail(each.log))
            if self._stopping.wait(_RESTART_S):
                return
            self.restarts += 1
            self.deaths.append(death)
            with suppress(StackError):  # the next round tries again
                each.start(self._stopping)
        finally:
            with self._lock:
                self._starting.discard(each.name)

    def stop(self) -> None:
        """Kill the instances at once; graceful shutdown is tested by one of the faults."""
        self._stopping.set()
        for each in self.instances:
            each.kill()


@contextmanager
def running_topology(folder: Path, layout: Layout) -> Iterator[Topology]:
    """Start everything in `folder`, for data and logs, and stop it at the end."""
    with ExitStack() as stack:
        topology = _servers(folder, layout, stack)
        topology.instances = [*_stages(topology), *_monitors(topology), *_gateways(topology)]
        stack.callback(topology.stop)
        with ThreadPoolExecutor(len(topology.instances)) as pool:
            list(pool.map(lambda each: each.start(), topology.instances))
        supervisor = Thread(target=topology.supervise, daemon=True)
        supervisor.start()
        try:
            yield topology
        finally:
            topology.stop()
            supervisor.join(60)
            topology.stop()  # again, for an instance that the supervisor was just starting


def _stages(topology: Topology) -> Iterator[Instance]:
    layout, common = topology.layout, environment_of(topology)
    for service in STAGES:
        for number in range(1, layout.instances + 1):
            false = topology.clock.environment if topology.clock and number > 1 else {}
            yield Instance(
                service,
                number,
                topology.folder,
                settings={**common, **false},
                module=layout.modules.get(service),
            )


def _monitors(topology: Topology) -> Iterator[Instance]:
    common = environment_of(topology)
    for number in range(1, topology.layout.monitors + 1):
        yield Instance(Service.MONITOR, number, topology.folder, settings=common)


def _gateways(topology: Topology) -> Iterator[Instance]:
    common = environment_of(topology)
    for number in range(1, topology.layout.gateways + 1):
        url = f"http://{LOOPBACK}:{choose_port(None)}/"
        own = GatewayAddress(url=url, tenant="default").environment()
        topology.gateways.append(url)
        yield Instance(Service.GATEWAY, number, topology.folder, settings={**common, **own})


def _servers(folder: Path, layout: Layout, stack: ExitStack) -> Topology:
    logs = folder / "logs"
    disks = {
        name: stack.enter_context(SmallDisk(folder / place, size_mb=size))
        for name, place, size in (
            ("broker", "kafka-1", layout.broker_disk_mb),
            ("store", "weaviate", layout.store_disk_mb),
        )
        if size is not None
    }
    kafka = KafkaCluster(layout.brokers, folder, logs=logs, stack=stack)
    store = WeaviateServer(folder / "weaviate", api_key="chaos", log=logs / "weaviate.log")
    redis = RedisGroup(layout.redis_nodes, folder, logs=logs)
    model = stack.enter_context(ChaoticModel(work_s=layout.work_s))
    for server in (kafka, store, redis):
        stack.callback(server.stop)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda server: server.start(), (kafka, store, redis)))
    kafka.nodes[0].create_topics(replication=layout.brokers)
    proxies = {
        name: stack.enter_context(Proxy(port))
        for name, port in (
            ("weaviate", store.port),
            ("weaviate-grpc", store.grpc_port),
            ("redis", redis.port),
            ("llm", model.port),
        )
    }
    return Topology(
        folder=folder,
        layout=layout,
        kafka=kafka,
        store=store,
        redis=redis,
        model=model,
        proxies=kafka.proxies | proxies,
        disks=disks,
        clock=FalseClock(folder / "clock") if layout.false_clock else None,
        follower=follow_master(redis, proxies["redis"], stack),
    )


def environment_of(topology: Topology) -> dict[str, str]:
    """Return the settings of services, which reach all servers through proxies."""
    proxies = topology.proxies
    return {
        "RAGLINE_KAFKA__BOOTSTRAP_SERVERS": topology.kafka.proxied_servers,
        "RAGLINE_REDIS__URL": _through(topology.redis.url, proxies["redis"]),
        "RAGLINE_VECTOR_STORE__KIND": "weaviate",
        "RAGLINE_VECTOR_STORE__URL": f"http://127.0.0.1:{proxies['weaviate'].port}",
        "RAGLINE_VECTOR_STORE__GRPC_PORT": str(proxies["weaviate-grpc"].port),
        "RAGLINE_VECTOR_STORE__API_KEY": topology.store.api_key or "",
        "RAGLINE_LLM__BASE_URL": f"http://127.0.0.1:{proxies['llm'].port}/v1",
        "RAGLINE_LLM__API_KEY": "none",
        "RAGLINE_LLM__MODEL": "chaotic",
        "RAGLINE_EMBEDDING__WORKERS": "1",
        **topology.layout.settings,
    }


def _through(url: str, proxy: Proxy) -> str:
    parts = urlsplit(url)
    userinfo = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{userinfo}@127.0.0.1:{proxy.port}"))
