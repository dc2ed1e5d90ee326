"""The signals that are compared with their past, and their alarm thresholds. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan

from ragline.contracts.answers import AnswerStatus
from ragline_monitor.drift import Rate, critical_z, stability_index, z_score
from ragline_monitor.history import HistoryWindow
from ragline_monitor.labels import UNKNOWN

# Mixes by signal: the history's kind of field
_MIXES = {"intents": "intent", "scores": "score"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalLimits:
    """Thresholds of alarms.

    `least`: answers needed in each of both windows. `index`: the alarming stability index of a mix.
    For a rate: an alarming `change` that chance causes with at most the probability `significance`.
    """

    least: int
    index: float
    change: float
    significance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalVerdict:
    """One signal: a mix's stability index or a rate's change; NaN with too few answers."""

    signal: str
    index: float = nan
    alarm: bool = False


def judge(
    current: HistoryWindow, reference: HistoryWindow, limits: SignalLimits
) -> Iterator[SignalVerdict]:
    """Compare two windows, signal by signal.

    Refusals are a share of the questions that got that far (answered or refused), and alarming in
    both directions: a pipeline that never refuses makes answers up. Expiries are a share of all
    questions, and alarming only when they rise.
    """
    for signal, kind in _MIXES.items():
        yield _mix(signal, _classified(current, kind), _classified(reference, kind), limits)
    yield _rate("refusals", _refusals(current), _refusals(reference), limits, falls_too=True)
    yield _rate("expiries", _expiries(current), _expiries(reference), limits, falls_too=False)


def _classified(window: HistoryWindow, kind: str) -> dict[str, float]:
    return {value: amount for value, amount in window.mix(kind).items() if value != UNKNOWN}


def _refusals(window: HistoryWindow) -> Rate:
    by_status = window.mix("status")
    refused = by_status.get(AnswerStatus.REFUSED, 0)
    return Rate(refused, refused + by_status.get(AnswerStatus.ANSWERED, 0))


def _expiries(window: HistoryWindow) -> Rate:
    by_status = window.mix("status")
    return Rate(by_status.get(AnswerStatus.EXPIRED, 0), sum(by_status.values()))


def _mix(
    signal: str, current: dict[str, float], reference: dict[str, float], limits: SignalLimits
) -> SignalVerdict:
    if min(sum(current.values()), sum(reference.values())) < limits.least:
        return SignalVerdict(signal=signal)
    index = stability_index(current, reference)
    return SignalVerdict(signal=signal, index=index, alarm=index >= limits.index)


def _rate(
    signal: str, current: Rate, reference: Rate, limits: SignalLimits, *, falls_too: bool
) -> SignalVerdict:
    if min(current.of, reference.of) < limits.least:
        return SignalVerdict(signal=signal)
    change = current.value - reference.value
    size, score = change, z_score(current, reference)
    if falls_too:
        size, score = abs(size), abs(score)
    alarm = size >= limits.change and score >= critical_z(limits.significance)
    return SignalVerdict(signal=signal, index=change, alarm=alarm)
