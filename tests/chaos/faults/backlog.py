"""An hour of questions waits when the services start again."""

from __future__ import annotations

from collections.abc import Iterator

from ..layouts import OUTAGES
from .fault import Fault, Scene

_QUESTIONS = 600
_HOUR_S = 3_600.0
_READY_S = 600.0  # a busy machine takes minutes to start them all


def faults() -> Iterator[Fault]:
    """Return the fault."""
    yield Fault(
        name="an hour of backlog",
        about=f"services are away; {_QUESTIONS} questions of the last hour wait for them",
        act=_pile_up,
        layout=OUTAGES,
    )


def _pile_up(scene: Scene) -> str:
    instances = scene.topology.instances
    for each in instances:
        each.wanted = False
        each.kill()
    for number in range(_QUESTIONS):
        age_s = _HOUR_S * (1 - number / _QUESTIONS)
        # every second one leaves the deadline to us: it is then counted from the record's time
        scene.load.ask(age_s=age_s, deadline=bool(number % 2))
    for each in instances:
        each.wanted = True
    scene.topology.wait_until_ready(instances, _READY_S)
    return f"{_QUESTIONS} questions, the oldest an hour old"
