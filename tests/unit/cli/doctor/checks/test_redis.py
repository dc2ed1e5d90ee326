"""What Redis says of itself, judged."""

from __future__ import annotations

from typing import Any

import pytest

from ragline_cli.doctor.checks.redis import judge
from ragline_cli.doctor.diagnosis import Severity

WELL = {"aof_enabled": 1, "aof_last_write_status": "ok", "maxmemory": 100, "used_memory": 50}


def test_the_recommended_redis_is_well() -> None:
    assert list(judge(WELL | {"maxmemory_policy": "noeviction"})) == []


@pytest.mark.parametrize(
    ("said", "severity", "told"),
    [
        ({"aof_enabled": 0}, Severity.WARNING, "append-only file"),
        ({"aof_last_write_status": "err"}, Severity.ERROR, "refuses every write"),
        ({"maxmemory_policy": "allkeys-lru"}, Severity.WARNING, "allkeys-lru"),
        ({"used_memory": 95}, Severity.ERROR, "95 %"),
    ],
)
def test_what_would_lose_or_stop_claims_is_told(
    said: dict[str, Any], severity: Severity, told: str
) -> None:
    (found,) = judge(WELL | said)
    assert found.severity is severity
    assert told in found.meaning
    assert found.remedy


def test_without_a_limit_nothing_is_evicted() -> None:
    assert list(judge(WELL | {"maxmemory": 0, "maxmemory_policy": "allkeys-lru"})) == []
