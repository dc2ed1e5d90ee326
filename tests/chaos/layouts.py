"""The layouts of a topology, as data: how many servers of each kind, and what is special."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ragline.contracts.topics import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a topology consists of, and the load that suits it.

    Args:
        name: as reports call it.
        instances: processes of each stage.
        gateways: processes of the gateway.
        monitors: processes of the monitor.
        brokers: nodes of Kafka; with three, two of them must store a record before it counts.
        redis_nodes: with two, three Sentinels choose the master, and a proxy follows it.
        broker_disk_mb: size of the broker's own file system; None for the machine's.
        store_disk_mb: the same of the store.
        false_clock: the second instance of each stage has a clock that a fault can move.
        work_s: seconds that the language model takes.
        settings: further settings of the services.
        modules: replacements of services, run as `python -m <module> <service>`.
        queries_per_s: the load's rate; None for the script's.
        quiet_s: seconds of load before the first fault; None for the script's.
        watched: liveness probes are called, and the load's latency under a fault is compared with
            the latency before the first one.
    """

    name: str = "standard"
    instances: int = 2
    gateways: int = 0
    monitors: int = 0
    brokers: int = 1
    redis_nodes: int = 1
    broker_disk_mb: int | None = None
    store_disk_mb: int | None = None
    false_clock: bool = False
    work_s: float = 0.4
    settings: Mapping[str, str] = field(default_factory=dict)
    modules: Mapping[Service, str] = field(default_factory=dict)
    queries_per_s: float | None = None
    quiet_s: float | None = None
    watched: bool = False


STANDARD = Layout()
OUTAGES = Layout(name="outages", modules={Service.INGESTOR: "tests.chaos.entries.short_retries"})
THREE_BROKERS = Layout(name="three brokers", brokers=3)
SENTINEL = Layout(name="sentinel", redis_nodes=2)
SMALL_DISKS = Layout(name="small disks", broker_disk_mb=192, store_disk_mb=192)
FALSE_CLOCK = Layout(name="false clock", false_clock=True)
GATEWAYS = Layout(name="gateways", gateways=2, work_s=4.0)
HOSTILE = Layout(
    name="hostile",
    modules=dict.fromkeys((Service.INGESTOR, Service.RETRIEVER), "tests.chaos.entries.fragile"),
    settings={"RAGLINE_PROCESS__RESPAWNS": "5"},  # as pods have it
    queries_per_s=1.0,
    quiet_s=60.0,
    watched=True,
)
