"""Limits hold for one document, and only as long as it is worked on."""

from __future__ import annotations

import resource
import time

from ragline_ingestor.sandbox.budget import Budget, ProcessLimits

KINDS = (resource.RLIMIT_CPU, resource.RLIMIT_AS)


def test_the_limits_end_with_the_block() -> None:
    before = [resource.getrlimit(kind) for kind in KINDS]
    with Budget(ProcessLimits(cpu_s=50, memory_mb=100_000)).held():
        (cpu_s, _), (memory_bytes, _) = (resource.getrlimit(kind) for kind in KINDS)
    assert 50 <= cpu_s - time.process_time() + 1 <= 52
    assert memory_bytes == 100_000 * 1024 * 1024
    assert [resource.getrlimit(kind) for kind in KINDS] == before


def test_what_the_process_took_before_is_not_spent() -> None:
    assert not Budget(ProcessLimits(cpu_s=1, memory_mb=100_000)).half_spent
