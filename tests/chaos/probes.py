"""Calls liveness probes as a kubelet does, and notes those that fail."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread

from .topology import Instance

_EVERY_S = 2.0
_TIMEOUT_S = 5.0  # as the manifests have it
# One that died under the call was not asked. It is gone by then, or another process follows at once
_DYING_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedProbe:
    """A liveness probe that failed although the process ran; `at` is epoch seconds."""

    instance: str
    at: float
    why: str


class ProbeWatch:
    """Calls the probes of all instances, a thread each; not of what is dead or just starts.

    Args:
        instances: whose probes.
        every_s: seconds between two calls.
    """

    def __init__(self, instances: Sequence[Instance], *, every_s: float = _EVERY_S) -> None:
        self._every_s = every_s
        self.failed: list[FailedProbe] = []
        self._stopping = Event()
        self._threads = [
            Thread(target=self._watch, args=(instance,), daemon=True) for instance in instances
        ]

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch during a `with` block."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stopping.set()

    def _watch(self, instance: Instance) -> None:
        live: int | None = None  # the process that has been live once
        while not self._stopping.wait(self._every_s):
            pid, at = instance.pid, time.time()
            if pid is None:
                continue
            why = _ask(instance.liveness)
            if why is None:
                live = pid
            elif live == pid and not self._stopping.wait(_DYING_S) and instance.pid == pid:
                if why.cut_off and _ask(instance.liveness) is None:
                    continue
                self.failed.append(FailedProbe(instance=instance.name, at=at, why=why.text))


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a probe fails; `cut_off` if nobody listened, or ended while asked."""

    text: str
    cut_off: bool = False


def _ask(url: str) -> _Failure | None:
    """Return why a probe fails; None if it succeeds."""
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S):  # noqa: S310 - ours
            return None
    except urllib.error.HTTPError as error:
        with error:
            return _Failure(error.read().decode("utf-8", "replace")[:200])
    except urllib.error.URLError as error:
        return _Failure(str(error), cut_off=isinstance(error.reason, ConnectionError))
    except (OSError, http.client.HTTPException) as error:
        return _Failure(str(error), cut_off=isinstance(error, ConnectionError))
