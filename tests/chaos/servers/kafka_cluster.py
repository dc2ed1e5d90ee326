"""A Kafka cluster of one or three nodes, each with a proxy of its own in front of it.

A cluster of three keeps every record on all of them, and a write counts once two have it: what the
manifests ask of a production cluster. Three heaps of 384 MB are about 1.6 GB of memory.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from confluent_kafka.admin import AdminClient

from ragline_cli.stack.kafka import KafkaServer
from ragline_cli.stack.ports import LOOPBACK, choose_port

from ..proxy import Proxy

_LEADS = "answers"


class KafkaNode(KafkaServer):
    """One node; `voters` are all nodes' ids with the ports of their controllers."""

    def __init__(self, number: int, folder: Path, *, proxied: tuple[int, int], log: Path) -> None:
        super().__init__(folder, proxied=proxied, log=log)
        self.number = number
        self.name = f"kafka-{number}"
        self.voters: Sequence[tuple[int, int]] = ()

    def configuration(self) -> str:
        """Return the configuration of one of several nodes; of one alone it is the product's."""
        if len(self.voters) == 1:
            return super().configuration()
        return super().configuration() + clustered(self.number, self.voters)

    def pause(self) -> None:
        """Stop the process without ending it: its connections stay open, and nothing answers."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused process go on."""
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        if self.pid is not None:
            os.kill(self.pid, number)


def clustered(number: int, voters: Sequence[tuple[int, int]]) -> str:
    """Return what a node's configuration has beyond, and instead of, a lonely node's."""
    settings: dict[str, object] = {
        "node.id": number,
        "controller.quorum.voters": ",".join(f"{n}@{LOOPBACK}:{port}" for n, port in voters),
        "default.replication.factor": len(voters),
        "min.insync.replicas": 2,
        "offsets.topic.replication.factor": len(voters),
        "transaction.state.log.replication.factor": len(voters),
        "transaction.state.log.min.isr": 2,
        "share.coordinator.state.topic.replication.factor": len(voters),
        "share.coordinator.state.topic.min.isr": 2,
        # A paused follower leaves the in-sync replicas within the fault, not after 30 s
        "replica.lag.time.max.ms": 5_000,
        "unclean.leader.election.enable": "false",
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


class KafkaCluster:
    """All nodes together, started and ended as one; `proxies` lead to them, by name."""

    def __init__(self, count: int, folder: Path, *, logs: Path, stack: ExitStack) -> None:
        self.nodes: list[KafkaNode] = []
        self.proxies: dict[str, Proxy] = {}
        for number in range(1, count + 1):
            inner = choose_port(None)
            proxy = stack.enter_context(Proxy(inner))
            self.proxies[f"kafka-{number}" if count > 1 else "kafka"] = proxy
            place = folder / f"kafka-{number}"
            log = logs / f"kafka-{number}.log"
            self.nodes.append(KafkaNode(number, place, proxied=(inner, proxy.port), log=log))
        voters = [(node.number, node.controller_port) for node in self.nodes]
        for node in self.nodes:
            node.voters = voters

    @property
    def bootstrap_servers(self) -> str:
        """The addresses of all nodes, without proxies."""
        return ",".join(node.bootstrap_servers for node in self.nodes)

    @property
    def proxied_servers(self) -> str:
        """The addresses of all nodes' proxies."""
        return ",".join(f"{LOOPBACK}:{proxy.port}" for proxy in self.proxies.values())

    def start(self) -> None:
        """Start all nodes at once: none of three is ready before a second one is there."""
        with ThreadPoolExecutor(len(self.nodes)) as pool:
            list(pool.map(lambda node: node.start(), self.nodes))

    def kill(self) -> None:
        """Kill all nodes, as a power failure would."""
        for node in self.nodes:
            node.kill()

    def stop(self) -> None:
        """Stop all nodes at once: the last of three alone would wait for a controller."""
        for node in self.nodes:
            node.resume()  # a paused one would not hear of it
        with ThreadPoolExecutor(len(self.nodes)) as pool:
            list(pool.map(lambda node: node.stop(), self.nodes))

    def leader(self) -> KafkaNode:
        """Return the node that leads the first partition of `answers`."""
        known = self._partitions(self.nodes)[0]
        return next(node for node in self.nodes if node.number == known.leader)

    def in_sync(self, *, without: KafkaNode | None = None) -> int:
        """Return the fewest replicas that a partition of `answers` has in sync.

        Args:
            without: a node that is not asked, because it does not answer.
        """
        asked = [node for node in self.nodes if node is not without]
        return min(len(partition.isrs) for partition in self._partitions(asked).values())

    def _partitions(self, asked: Sequence[KafkaNode]) -> dict[int, Any]:
        servers = ",".join(node.bootstrap_servers for node in asked)
        client = AdminClient({"bootstrap.servers": servers, "log_level": 2})
        return dict(client.list_topics(_LEADS, 30).topics[_LEADS].partitions)
