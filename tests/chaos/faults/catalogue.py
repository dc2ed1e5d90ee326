"""All faults, by name, and by the layout that they need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..layouts import Layout
from . import (
    backlog,
    brokers,
    clocks,
    connections,
    disks,
    failover,
    gateways,
    hostile,
    language_model,
    outages,
    poison,
    processes,
    reindexing,
    versions,
)
from .fault import Fault

PREVIOUS = "HEAD~1"


def catalogue(previous: str = PREVIOUS) -> Iterator[Fault]:
    """Return every fault once; `previous` is the commit that mixed versions are mixed with."""
    yield from processes.faults()
    yield from connections.faults()
    yield from language_model.faults()
    yield from poison.faults()
    yield from reindexing.faults()
    yield from connections.black_holes()
    yield from outages.faults()
    yield from versions.faults(previous)
    yield from backlog.faults()
    yield from brokers.faults()
    yield from failover.faults()
    yield from disks.faults()
    yield from clocks.faults()
    yield from gateways.faults()
    yield from hostile.faults()


def select(names: str | None, *, previous: str = PREVIOUS) -> list[Fault]:
    """Return the faults whose names contain one of the comma-separated parts; all for None.

    A part that is a whole name chooses that fault alone.

    Raises:
        ValueError: a part that no fault contains; lists the names.
    """
    every = list(catalogue(previous))
    if not names:
        return every
    found: list[Fault] = []
    for part in (each.strip().lower() for each in names.split(",")):
        exact = [fault for fault in every if fault.name.lower() == part]
        matching = exact or [fault for fault in every if part in fault.name.lower()]
        if not matching:
            known = ", ".join(fault.name for fault in every)
            raise ValueError(f"no fault contains {part!r}; there are: {known}")
        found += [fault for fault in matching if fault not in found]
    return found


def by_layout(faults: Iterable[Fault]) -> dict[str, tuple[Layout, list[Fault]]]:
    """Return the faults that share a topology, by the name of its layout."""
    rounds: dict[str, tuple[Layout, list[Fault]]] = {}
    for fault in faults:
        rounds.setdefault(fault.layout.name, (fault.layout, []))[1].append(fault)
    return rounds
