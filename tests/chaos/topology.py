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
from ragline_cli.stack.kafka import KafkaServer
from ragline_cli.stack.ports import choose_port
from ragline_cli.stack.processes import Command, tail
from ragline_cli.stack.redis import RedisServer
from ragline_cli.stack.services import ServiceProcess
from ragline_cli.stack.weaviate import WeaviateServer

from .llm import ChaoticModel
from .proxy import Proxy

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
        super().__init__(service, folder, addresses=settings, log=folder / "logs" / f"{name}.log")
        self.name = name
        self._module = module
        self.wanted = True

    def command(self) -> Command:
        """Run the service, or the module that replaces it."""
        given = super().command()
        module = [self._module] if self._module else []
        argv = (sys.executable, "-m", *(module or [f"ragline_{self.service.value}"]))
        extra = (self.service.value,) if self._module else ()
        return Command(argv=(*argv, *extra), env=given.env, cwd=Path.cwd())

    def send(self, number: signal.Signals) -> None:
        """Send a signal; ignore a process that has already ended."""
        if self.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


@dataclass(kw_only=True)
class Topology:
    """All servers, proxies and service instances."""

    folder: Path
    kafka: KafkaServer
    store: WeaviateServer
    redis: RedisServer
    model: ChaoticModel
    proxies: dict[str, Proxy]
    instances: list[Instance] = field(default_factory=list)
    restarts: int = 0
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
            if self._stopping.wait(_RESTART_S):
                return
            self.restarts += 1
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
def running_topology(
    folder: Path,
    *,
    instances: int = 2,
    work_s: float = 0.4,
    settings: Mapping[str, str] | None = None,
    modules: Mapping[Service, str] | None = None,
) -> Iterator[Topology]:
    """Start everything, and stop it at the end.

    Args:
        folder: for data and logs.
        instances: processes of each service.
        work_s: seconds that the language model takes.
        settings: further settings of the services.
        modules: replacements of services, run as `python -m <module> <service>`.
    """
    with ExitStack() as stack:
        topology = _servers(folder, stack, work_s)
        common = _environment(topology) | dict(settings or {})
        for service in STAGES:
            for number in range(1, instances + 1):
                topology.instances.append(
                    Instance(
                        service,
                        number,
                        folder,
                        settings=common,
                        module=(modules or {}).get(service),
                    )
                )
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


def _servers(folder: Path, stack: ExitStack, work_s: float) -> Topology:
    inner = choose_port(None)
    through_kafka = stack.enter_context(Proxy(inner))
    logs = folder / "logs"
    kafka = KafkaServer(
        folder / "kafka", proxied=(inner, through_kafka.port), log=logs / "kafka.log"
    )
    store = WeaviateServer(folder / "weaviate", api_key="chaos", log=logs / "weaviate.log")
    redis = RedisServer(folder / "redis", log=logs / "redis.log")
    model = stack.enter_context(ChaoticModel(work_s=work_s))
    for server in (kafka, store, redis):
        stack.callback(server.stop)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda server: server.start(), (kafka, store, redis)))
    kafka.create_topics()
    proxies = {"kafka": through_kafka}
    for name, port in (
        ("weaviate", store.port),
        ("weaviate-grpc", store.grpc_port),
        ("redis", redis.port),
        ("llm", model.port),
    ):
        proxies[name] = stack.enter_context(Proxy(port))
    return Topology(
        folder=folder, kafka=kafka, store=store, redis=redis, model=model, proxies=proxies
    )


def _environment(topology: Topology) -> dict[str, str]:
    proxies = topology.proxies
    return {
        "RAGLINE_KAFKA__BOOTSTRAP_SERVERS": f"127.0.0.1:{proxies['kafka'].port}",
        "RAGLINE_REDIS__URL": _through(topology.redis.url, proxies["redis"]),
        "RAGLINE_VECTOR_STORE__KIND": "weaviate",
        "RAGLINE_VECTOR_STORE__URL": f"http://127.0.0.1:{proxies['weaviate'].port}",
        "RAGLINE_VECTOR_STORE__GRPC_PORT": str(proxies["weaviate-grpc"].port),
        "RAGLINE_VECTOR_STORE__API_KEY": topology.store.api_key or "",
        "RAGLINE_LLM__BASE_URL": f"http://127.0.0.1:{proxies['llm'].port}/v1",
        "RAGLINE_LLM__API_KEY": "none",
        "RAGLINE_LLM__MODEL": "chaotic",
        "RAGLINE_EMBEDDING__WORKERS": "1",
    }


def _through(url: str, proxy: Proxy) -> str:
    parts = urlsplit(url)
    userinfo = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{userinfo}@127.0.0.1:{proxy.port}"))
