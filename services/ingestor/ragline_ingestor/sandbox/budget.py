"""What one document may cost its process, enforced by the kernel."""

from __future__ import annotations

import math
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_MB = 1024 * 1024
_STATUS = Path("/proc/self/status")
_OOM_SCORE = Path("/proc/self/oom_score_adj")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessLimits:
    """Seconds of processor time for one document, and megabytes of address space in all."""

    cpu_s: float
    memory_mb: int


class Budget:
    """Holds this process to its limits while it works on a document.

    Beyond the processor time the kernel ends the process with SIGXCPU; beyond the memory no more
    is given. macOS does not limit memory.
    """

    def __init__(self, limits: ProcessLimits) -> None:
        self.limits = limits
        self._least_bytes = _peak_bytes()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Limit the block; afterwards there is memory again to tell how it ended."""
        until_s = math.ceil(time.process_time() + self.limits.cpu_s)
        with (
            _limited(resource.RLIMIT_CPU, until_s),
            _limited(resource.RLIMIT_AS, self.limits.memory_mb * _MB),
        ):
            yield

    @property
    def half_spent(self) -> bool:
        """Whether documents have ever taken half of the memory that is left to them.

        A library may then have failed for want of it, whatever its error says, and what it keeps
        would be missing for the next document.
        """
        left_bytes = self.limits.memory_mb * _MB - self._least_bytes
        return 2 * (_peak_bytes() - self._least_bytes) > left_bytes


def prepare_to_be_killed() -> None:
    """Let the kernel end this process before its parent when memory runs out; no core dumps."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):  # no Linux, or not allowed
        _OOM_SCORE.write_text("1000")


@contextmanager
def _limited(kind: int, most: int) -> Iterator[None]:
    before = resource.getrlimit(kind)
    unlimited = before[0] == resource.RLIM_INFINITY
    with suppress(ValueError, OSError):  # macOS refuses some
        resource.setrlimit(kind, (most if unlimited else min(most, before[0]), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(kind, before)


def _peak_bytes() -> int:
    with suppress(OSError):
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmPeak:"):
                return int(line.split()[1]) * 1024
    return 0
