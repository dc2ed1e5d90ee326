"""Liveness and readiness as data; `probes.py` serves them over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """The result of a probe: successful if `problems` is empty.

    `degraded` names what the service currently does without; it does not affect the verdict.
    """

    problems: Mapping[str, str] = field(default_factory=dict)
    degraded: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether there is no problem."""
        return not self.problems


class Health:
    """Collects the health of a service.

    A part sets `waiting` while the service starts. `live` and `ready` hold the checks that run on
    each probe, `degraded` the checks that only inform. A check is a function that returns the
    problem as text, or None.
    """

    def __init__(self) -> None:
        self.waiting: str | None = "starting"
        self.stopping = False
        self.live: dict[str, Callable[[], str | None]] = {}
        self.ready: dict[str, Callable[[], Awaitable[str | None]]] = {}
        self.degraded: dict[str, Callable[[], str | None]] = {}

    def liveness(self) -> ProbeResult:
        """Whether the process still makes progress; a service that waits to start is alive."""
        return ProbeResult(problems=_found(self.live))

    async def readiness(self) -> ProbeResult:
        """Whether the service can do its work now."""
        if self.waiting is not None:
            return ProbeResult(problems={"start": self.waiting})
        if self.stopping:
            return ProbeResult(problems={"stop": "draining work in flight"})
        found = dict(self.liveness().problems)
        for name, check in self.ready.items():
            if problem := await check():
                found[name] = problem
        return ProbeResult(problems=found, degraded=_found(self.degraded))


def _found(checks: Mapping[str, Callable[[], str | None]]) -> dict[str, str]:
    return {name: problem for name, check in checks.items() if (problem := check())}
