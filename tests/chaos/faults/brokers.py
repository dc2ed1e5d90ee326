"""Three brokers, of which some stop or die."""

from __future__ import annotations

import time
from collections.abc import Iterator

from ..layouts import THREE_BROKERS
from ..servers.kafka_cluster import KafkaCluster
from .fault import Fault, Scene, wait_for

_PAUSE_S = 25.0  # longer than a broker's session and the lag of a replica
_DOWN_S = 15.0
_IN_SYNC_S = 60.0


def faults() -> Iterator[Fault]:
    """Return the faults of a cluster."""
    yield Fault(
        name="unclean stop of the leader",
        about="kill -9 of the broker that leads an answers partition, away for a while",
        act=_kill_leader,
        layout=THREE_BROKERS,
    )
    yield Fault(
        name="in-sync replicas shrink",
        about=f"one of three brokers hangs for {_PAUSE_S:g} s and leaves the in-sync replicas",
        act=_pause_one,
        layout=THREE_BROKERS,
    )
    yield Fault(
        name="too few in-sync replicas",
        about=f"two of three brokers die: for {_DOWN_S:g} s nothing can be stored",
        act=_kill_two,
        layout=THREE_BROKERS,
    )
    yield Fault(
        name="unclean stop of all brokers",
        about="kill -9 of all three brokers at once, as a power failure",
        act=_kill_all,
        layout=THREE_BROKERS,
    )


def _kill_leader(scene: Scene) -> str:
    cluster = scene.topology.kafka
    leader = cluster.leader()
    leader.kill()
    time.sleep(_DOWN_S)
    during = cluster.in_sync()
    leader.start()
    return f"broker {leader.number} led; {_shrunk(cluster, during)}"


def _pause_one(scene: Scene) -> str:
    cluster = scene.topology.kafka
    node = scene.random.choice(cluster.nodes)
    node.pause()
    time.sleep(_PAUSE_S)
    during = cluster.in_sync(without=node)
    node.resume()
    return f"broker {node.number}; {_shrunk(cluster, during)}"


def _kill_two(scene: Scene) -> str:
    cluster = scene.topology.kafka
    gone = scene.random.sample(cluster.nodes, 2)
    for node in gone:
        node.kill()
    time.sleep(_DOWN_S)
    cluster.start()
    return f"brokers {', '.join(str(node.number) for node in gone)}; {_shrunk(cluster, 1)}"


def _kill_all(scene: Scene) -> str:
    cluster = scene.topology.kafka
    cluster.kill()
    cluster.start()
    return _shrunk(cluster, 0)


def _shrunk(cluster: KafkaCluster, during: int) -> str:
    """Wait until all replicas are in sync again, and say how it went."""
    every = len(cluster.nodes)
    whole = wait_for(lambda: cluster.in_sync() == every, _IN_SYNC_S)
    return f"{during} in sync meanwhile, {every if whole else cluster.in_sync()} afterwards"
