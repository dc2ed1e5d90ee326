"""The headers of a record that is replayed to its source topic."""

from __future__ import annotations

from ragline.contracts.cloudevents import ATTEMPT, DEADLINE, TIMINGS, Headers

_PREFIXES = ("ragline-dead-letter-", "ragline-retry-")
_NAMES = frozenset({ATTEMPT, DEADLINE, TIMINGS})


def replay_headers(headers: Headers, *, attempt: int, deadline_ms: int | None) -> Headers:
    """Return the headers for the replay of a dead letter.

    The record's own headers keep their order, including repeated and null ones. Headers of the
    failed attempt are removed: cause, retries, deadline, timings. `attempt` is the number of the
    new attempt; `deadline_ms` (epoch milliseconds) is null if no deadline applies.
    """
    kept = [(n, value) for n, value in headers if n not in _NAMES and not n.startswith(_PREFIXES)]
    kept.append((ATTEMPT, str(attempt).encode()))
    if deadline_ms is not None:
        kept.append((DEADLINE, str(deadline_ms).encode()))
    return kept
