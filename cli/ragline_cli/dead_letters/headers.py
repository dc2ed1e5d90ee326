"""The headers of a record that goes back to its source topic."""

from __future__ import annotations

from ragline.contracts.cloudevents import ATTEMPT, DEADLINE, TIMINGS, Headers

_PREFIXES = ("ragline-dead-letter-", "ragline-retry-")
_NAMES = frozenset({ATTEMPT, DEADLINE, TIMINGS})


def replay_headers(headers: Headers, *, attempt: int, deadline_ms: int | None) -> Headers:
    """Return a dead letter's headers as its replay carries them.

    The record's own stay in their order, repeated and null ones too; what belongs to the failed
    attempt goes: cause, retries, deadline, timings. `attempt` is the new one's number;
    `deadline_ms` (epoch milliseconds) is null where no deadline applies.
    """
    kept = [(n, value) for n, value in headers if n not in _NAMES and not n.startswith(_PREFIXES)]
    kept.append((ATTEMPT, str(attempt).encode()))
    if deadline_ms is not None:
        kept.append((DEADLINE, str(deadline_ms).encode()))
    return kept
