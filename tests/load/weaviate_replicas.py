"""`python -m tests.load.weaviate_replicas`: what three nodes of Weaviate show after one was away.

Each object has a copy on every node. While the third one is killed, or stopped in order, a marker
gets a newer version and another object is deleted. Then the third one comes back and is asked by
filter, as Ragline asks for markers, at each consistency level. `RAGLINE_WEAVIATE_VERSION=v1.35.2`
measures that release (built once).
"""

from __future__ import annotations

import json
import secrets
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import weaviate
from weaviate.classes.config import Configure, ConsistencyLevel, DataType, Property, Tokenization
from weaviate.classes.query import Filter
from weaviate.exceptions import WeaviateBaseError

from ragline_cli.stack import weaviate_build
from ragline_cli.stack.ports import LOOPBACK, accepts
from ragline_cli.stack.weaviate import WeaviateServer

MARKER, DELETED = UUID(int=1), UUID(int=2)
LEVELS = (ConsistencyLevel.ONE, ConsistencyLevel.QUORUM, ConsistencyLevel.ALL)
LOOKS_FOR_S = 60.0
NODES = 3


class Node(WeaviateServer):
    """One of the nodes; `peers` are all of them.

    On one machine a node's data port is that of its gossip plus one, and its Raft's internal port
    that of Raft plus one (`CLUSTER_IN_LOCALHOST`).
    """

    def __init__(self, folder: Path, number: int, password: str) -> None:
        super().__init__(folder)
        self.node = f"node{number}"
        self.gossip, self.raft = two_ports(), two_ports()
        self.peers: list[Node] = []
        self._password = password

    def _environment(self) -> dict[str, str]:
        joined = [each for each in self.peers if each is not self and accepts(each.gossip)]
        return super()._environment() | {
            "CLUSTER_IN_LOCALHOST": "true",
            "CLUSTER_HOSTNAME": self.node,
            "CLUSTER_GOSSIP_BIND_PORT": str(self.gossip),
            "CLUSTER_DATA_BIND_PORT": str(self.gossip + 1),
            "CLUSTER_JOIN": ",".join(f"{LOOPBACK}:{each.gossip}" for each in joined),
            "CLUSTER_BASIC_AUTH_PASSWORD": self._password,
            "RAFT_PORT": str(self.raft),
            "RAFT_INTERNAL_RPC_PORT": str(self.raft + 1),
            "RAFT_JOIN": ",".join(f"{each.node}:{each.raft}" for each in self.peers),
            "RAFT_BOOTSTRAP_EXPECT": str(NODES),
        }


def two_ports() -> int:
    """Return a port that is free and whose successor is."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            port = 20_000 + secrets.randbelow(12_000)
            try:
                first.bind(("", port))
                second.bind(("", port + 1))
            except OSError:
                continue
            return port


@contextmanager
def cluster(folder: Path) -> Iterator[list[Node]]:
    """Keep three nodes running."""
    password = secrets.token_hex(16)
    nodes = [Node(folder / str(number), number, password) for number in range(1, NODES + 1)]
    for node in nodes:
        node.peers = nodes
    try:
        with ThreadPoolExecutor(NODES) as threads:  # none is ready before it knows the others
            starts = []
            for node in nodes:
                starts.append(threads.submit(node.start))
                while not (accepts(node.gossip) or starts[-1].done()):
                    time.sleep(0.1)
            for start in starts:
                start.result()
        yield nodes
    finally:
        for node in nodes:
            node.kill()


@contextmanager
def client_of(node: Node) -> Iterator[weaviate.WeaviateClient]:
    """Connect to one node."""
    client = weaviate.connect_to_local(
        host=LOOPBACK, port=node.port, grpc_port=node.grpc_port, skip_init_checks=True
    )
    try:
        yield client
    finally:
        client.close()


def objects(client: weaviate.WeaviateClient, name: str, level: ConsistencyLevel) -> Any:
    """Return the collection's only tenant at a consistency level."""
    return client.collections.use(name).with_tenant("tenant").with_consistency_level(level)


def create(client: weaviate.WeaviateClient, name: str, *, repairs: bool) -> None:
    """Create a collection with three copies, which are compared in the background if `repairs`."""
    client.collections.create(
        name,
        properties=[
            Property(name="version", data_type=DataType.TEXT, tokenization=Tokenization.FIELD)
        ],
        replication_config=Configure.replication(factor=NODES, async_enabled=repairs),
        multi_tenancy_config=Configure.multi_tenancy(enabled=True, auto_tenant_creation=True),
        vector_config=Configure.Vectors.self_provided(),
    )
    everywhere = objects(client, name, ConsistencyLevel.ALL)
    for each in (MARKER, DELETED):
        everywhere.data.insert({"version": "1"}, uuid=each, vector=[1.0, 0.0])


def write(client: weaviate.WeaviateClient, name: str) -> str:
    """Publish the marker's second version and the deletion; return at which level it was taken."""
    for level in (ConsistencyLevel.ALL, ConsistencyLevel.QUORUM):
        data = objects(client, name, level).data
        try:
            data.replace(uuid=MARKER, properties={"version": "2"}, vector=[1.0, 0.0])
            data.delete_by_id(DELETED)
        except WeaviateBaseError:
            continue
        return str(level.value)
    return "refused"


def seen(client: weaviate.WeaviateClient, name: str, level: ConsistencyLevel) -> str:
    """Return which versions a node finds by filter: `1 2` is the old one, then the new one."""
    query = objects(client, name, level).query
    found: list[str] = []
    for version in ("1", "2"):
        try:
            hits = query.fetch_objects(filters=Filter.by_property("version").equal(version))
        except WeaviateBaseError as error:
            return f"error: {type(error).__name__}"
        names = {MARKER: "marker", DELETED: "deleted"}
        found += [f"{names[UUID(str(hit.uuid))]} {version}" for hit in hits.objects]
    return ", ".join(found) or "nothing"


def history(
    client: weaviate.WeaviateClient, name: str, level: ConsistencyLevel
) -> list[dict[str, Any]]:
    """Return what was seen and from when on, in seconds, until nothing more is expected."""
    began, states = time.monotonic(), list[dict[str, Any]]()
    while (passed := time.monotonic() - began) < LOOKS_FOR_S:
        if (now := seen(client, name, level)) != (states[-1]["seen"] if states else None):
            states.append({"from s": round(passed, 1), "seen": now})
        if now == "marker 2":
            break
        time.sleep(0.5)
    return states


def scenario(folder: Path, *, killed: bool, repairs: bool) -> dict[str, Any]:
    """Return what the third node shows after it was away."""
    name = "Markers"
    with cluster(folder) as nodes, client_of(nodes[0]) as first:
        create(first, name, repairs=repairs)
        if killed:
            nodes[2].kill()
        else:
            nodes[2].stop()
        at_once = write(first, name)
        nodes[2].start()
        with client_of(nodes[2]) as third:
            alone = {level.value: history(third, name, level) for level in LEVELS}
            elsewhere = {level.value: seen(first, name, level) for level in LEVELS}
            afterwards = {level.value: seen(third, name, level) for level in LEVELS}
    return {
        "the node was": "killed" if killed else f"stopped by {signal.SIGTERM.name}",
        "compares copies in the background": repairs,
        "the write was taken at": at_once,
        "found on that node": alone,
        "then on another node": elsewhere,
        "then on that node": afterwards,
    }


def main() -> None:
    """Measure each way of being away, print."""
    for killed, repairs in ((True, False), (False, False), (True, True), (False, True)):
        with tempfile.TemporaryDirectory() as folder:
            found = scenario(Path(folder), killed=killed, repairs=repairs)
        print(json.dumps({"release": weaviate_build.version(), **found}, indent=2), flush=True)


if __name__ == "__main__":
    main()
