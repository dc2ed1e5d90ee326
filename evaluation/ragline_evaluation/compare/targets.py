"""What Ragline is to reach beside the best peer, and whether a run shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ragline_evaluation.compare.figures import LoadLevel

IN_PROCESS = "Ragline, retrieval in process"
OVER_KAFKA = "Ragline, end to end over Kafka"

_IN_PROCESS_TIMES = 2.0
_OVER_KAFKA_TIMES = {1: 1.0, 32: 2.5}
_ALONE_MS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A target and what was measured; `unit` is of both."""

    what: str
    wanted: float
    measured: float
    unit: str
    met: bool


def targets(measured: Mapping[str, Sequence[LoadLevel]]) -> list[Target]:
    """Return the targets that the measured systems and loads have figures for."""
    return [*_in_process(measured.get(IN_PROCESS, ())), *_over_kafka(measured.get(OVER_KAFKA, ()))]


def _in_process(found: Sequence[LoadLevel]) -> Iterator[Target]:
    for level in found:
        yield from _times("retrieval in process", level, _IN_PROCESS_TIMES)


def _over_kafka(found: Sequence[LoadLevel]) -> Iterator[Target]:
    for level in found:
        if level.in_flight in _OVER_KAFKA_TIMES:
            yield from _times("end to end over Kafka", level, _OVER_KAFKA_TIMES[level.in_flight])
        if level.in_flight == 1:
            yield Target(
                what="one question alone end to end, p50",
                wanted=_ALONE_MS,
                measured=level.p50_ms,
                unit="ms",
                met=level.p50_ms < _ALONE_MS,
            )


def _times(what: str, level: LoadLevel, wanted: float) -> Iterator[Target]:
    if level.to_best_peer is not None:
        measured = level.to_best_peer.median
        yield Target(
            what=f"{what}, {level.in_flight} in flight",
            wanted=wanted,
            measured=measured,
            unit="times the best peer",
            met=measured >= wanted,
        )
