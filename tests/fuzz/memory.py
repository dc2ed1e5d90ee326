"""How much memory each service's processes have, beside what a pod of it may have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread

import psutil
from tests.chaos.topology import Instance

from ragline_cli.generated.manifests.values import SIZING

_EVERY_S = 1.0
_QUANTITY = re.compile(r"(\d+)(Ki|Mi|Gi|)")
_UNITS: Mapping[str, int] = {"": 1, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}


def quantity(text: str) -> int:
    """Return the bytes of a Kubernetes quantity.

    >>> quantity("512Mi")
    536870912
    """
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no quantity of memory that the manifests use")
    return int(match[1]) * _UNITS[match[2]]


@dataclass
class MemoryWatch:
    """Measures each second; `most` is the most of each instance, in bytes.

    `over` are the instances that had more than a pod of theirs may have.

    Resident memory of the process and its children, without the page cache. What processes share
    counts for each of them, so this is rather too much.
    """

    instances: Sequence[Instance]
    most: dict[str, int] = field(default_factory=dict)
    over: list[Instance] = field(default_factory=list)
    _stopping: Event = field(default_factory=Event)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Measure during a `with` block."""
        thread = Thread(target=self._watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join()

    def limit(self, instance: Instance) -> int:
        """Return the most that a pod of the instance's service may have, in bytes."""
        return quantity(SIZING[instance.service].memory_limit)

    def _watch(self) -> None:
        while not self._stopping.wait(_EVERY_S):
            for each in self.instances:
                if each.pid is not None:
                    self._note(each, _resident(each.pid))

    def _note(self, instance: Instance, resident: int) -> None:
        self.most[instance.name] = max(resident, self.most.get(instance.name, 0))
        if resident > self.limit(instance) and instance not in self.over:
            self.over.append(instance)


def _resident(pid: int) -> int:
    total = 0
    with suppress(psutil.Error):  # it ended meanwhile
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                total += each.memory_info().rss
    return total
