"""Another index is made, filled, flipped to, left and dropped, and whoever does it is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from tests.patience import PATIENCE_S

from ragline.contracts.topics import Service
from ragline_cli.errors import StackError

from ..topology import Instance, Topology, environment_of
from .fault import Fault, Scene, wait_for

_NUMBER = 9  # of the ingestor that fills it
_LIVE_S = 5.0
_FEW = 5  # records: the load goes on
_CHANGED = ("INGESTOR__CHUNK_TARGET=300", "INGESTOR__CHUNK_MINIMUM=50", "INGESTOR__CHUNK_OVERLAP=0")


def faults() -> Iterator[Fault]:
    """Return the fault."""
    yield Fault(
        name="reindex",
        about="an index with other chunks is filled, answers for a while, and is dropped; its "
        "ingestor, the flip and a retriever are killed",
        act=_reindex,
    )


def _reindex(scene: Scene) -> str:
    name = f"side-{scene.random.randrange(1 << 20):x}"  # a name of its own, each time
    commands = _Commands(scene.topology)
    commands.repeat("start", "--to", name, *(f"--set={each}" for each in _CHANGED))
    filler = _filler(scene.topology, name)
    began = time.monotonic()
    filler.start()
    scene.topology.instances.append(filler)  # from now on it is started again when it dies
    try:
        filler.kill()
        if not wait_for(lambda: commands.has_filled(name), 2 * PATIENCE_S, every_s=2.0):
            raise StackError("the new index was not filled in time")
        filled_s = time.monotonic() - began
        flipping = commands.start("flip")
        scene.random.choice(scene.topology.of(Service.RETRIEVER)).kill()
        flipping.kill()
        flipping.communicate()
        flip = commands.repeat("flip")
        time.sleep(_LIVE_S)
        back = commands.repeat("rollback")
        commands.repeat("drop", name, "--keep", "0")
        return f"filled in {filled_s:.0f} s, flip {flip:.2f} s, rollback {back:.2f} s"
    finally:
        filler.wanted = False
        filler.kill()
        scene.topology.instances.remove(filler)


def _filler(topology: Topology, name: str) -> Instance:
    settings = {**environment_of(topology), "RAGLINE_INGESTOR__INDEX": name}
    return Instance(Service.INGESTOR, _NUMBER, topology.folder, settings=settings)


class _Commands:
    """`ragline reindex` on the servers themselves, as an operator runs it."""

    def __init__(self, topology: Topology) -> None:
        direct = {"RAGLINE_KAFKA__BOOTSTRAP_SERVERS": topology.bootstrap}
        store = topology.store
        direct["RAGLINE_VECTOR_STORE__URL"] = store.url
        direct["RAGLINE_VECTOR_STORE__GRPC_PORT"] = str(store.grpc_port)
        self._environment = os.environ | environment_of(topology) | direct

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        argv = [sys.executable, "-m", "ragline_cli.main", "reindex", *arguments, "--json"]
        return subprocess.Popen(
            argv,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> dict[str, Any] | None:
        """Run a command; None if it is refused."""
        with self.start(*arguments) as command:
            told, _ = command.communicate()
        found: dict[str, Any] | None = json.loads(told) if command.returncode == 0 else None
        return found

    def repeat(self, *arguments: str) -> float:
        """Run a command until it is not refused, and return how long its last run took.

        Raises:
            StackError: it is refused all the time.
        """
        until = time.monotonic() + PATIENCE_S
        while (told := self.run(*arguments)) is None:
            if time.monotonic() > until:
                raise StackError(f"`ragline reindex {' '.join(arguments)}` is refused")
        return float(told.get("seconds") or 0.0)

    def has_filled(self, name: str) -> bool:
        """Return whether an index lags by a few records only."""
        told = self.run("status") or {"indexes": []}
        found = [each for each in told["indexes"] if each["name"] == name]
        return bool(found and found[0]["ingestors"] and found[0]["lag"] <= _FEW)
