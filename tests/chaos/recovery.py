"""Time to recovery: from a fault until the throughput is back and stable. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

WINDOW_S = 5.0
STEADY_S = 10.0
SHARE = 0.9
_STEP_S = 0.5


def rate(instants: Sequence[float], start: float, *, window_s: float = WINDOW_S) -> float:
    """Return events a second in `[start, start + window_s)`; `instants` are sorted seconds."""
    count = bisect_left(instants, start + window_s) - bisect_left(instants, start)
    return count / window_s


def recovery_s(
    answered: Sequence[float], *, fault: float, until: float, offered: float
) -> float | None:
    """Return the seconds from `fault` until answers come at 90 % of `offered` a second again.

    Recovery is the end of the first 5 s window with 90 % of the answers, if the windows that begin
    in the following 10 s and end before `until` have them as well. (The end, because a burst that
    catches up also fills windows that began long before it.) 0 if the throughput never fell, None
    if it was not back by `until`.

    Args:
        answered: sorted times at which each query was first answered, in seconds.
        fault: when the fault began.
        until: when the next one began, or the load ended.
        offered: queries published a second.
    """
    starts = _starts(fault, until - WINDOW_S)
    enough = [rate(answered, start) >= SHARE * offered for start in starts]
    if all(enough):
        return 0.0
    steady = round(STEADY_S / _STEP_S)
    fell = enough.index(False)
    for index in range(fell, len(starts)):
        following = enough[index : index + steady]
        if following and all(following):
            return starts[index] + WINDOW_S - fault
    return None


def _starts(first: float, last: float) -> list[float]:
    count = max(0, int((last - first) / _STEP_S) + 1)
    return [first + n * _STEP_S for n in range(count)]
