"""Hostile but valid input of one tenant, while the others ask as usual."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator

from ..attacks import ATTACKS, Attack, Sent
from ..layouts import HOSTILE
from ..reading import read_topic
from .fault import Act, Fault, Scene, wait_for

_ENDS = ("answers", "document-status", "dead-letters")
_LEAST_S = 45.0  # enough questions for a 95th percentile
_MOST_S = 150.0
_LOOK_S = 3.0


def faults() -> Iterator[Fault]:
    """Return one fault for each attack."""
    for attack in ATTACKS:
        yield Fault(
            name=f"hostile: {attack.name}",
            about=attack.about,
            act=_send(attack),
            layout=HOSTILE,
        )


def _send(attack: Attack) -> Act:
    def send(scene: Scene) -> str:
        began = time.monotonic()
        prefix = f"{attack.name.replace(' ', '-')}-{scene.random.randrange(10**6)}"
        sent = list(attack.records(prefix))
        for record in sent:
            scene.load.attack(record)
        wait_for(lambda: not _open(scene, sent), _MOST_S, every_s=_LOOK_S)
        left = _open(scene, sent)
        took = time.monotonic() - began
        time.sleep(max(0.0, _LEAST_S - took))
        ends = f"all ended within {took:.0f} s" if not left else f"{len(left)} open: {min(left)}"
        return f"{len(sent)} records, {ends}; {_told(scene, sent)}"

    return send


def _open(scene: Scene, sent: list[Sent]) -> set[str]:
    bootstrap = scene.topology.bootstrap
    ended = {read.key for topic in _ENDS for read in read_topic(bootstrap, topic)}
    return {record.key for record in sent} - ended


def _told(scene: Scene, sent: list[Sent]) -> str:
    """Return how the records ended, by number."""
    keys = {record.key for record in sent}
    counts: Counter[str] = Counter()
    for topic in _ENDS:
        for read in read_topic(scene.topology.bootstrap, topic):
            if read.key in keys:
                cause = read.headers.get("ragline-dead-letter-cause")
                counts[
                    cause.decode() if cause else str(json.loads(read.value or b"{}")["status"])
                ] += 1
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
