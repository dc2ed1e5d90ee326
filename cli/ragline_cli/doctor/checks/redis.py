"""Redis: what it does with claims when it restarts, and when it is full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ragline.adapters.redis.client import open_redis, translated
from ragline_cli.doctor.diagnosis import Diagnosis, Severity
from ragline_cli.doctor.patient import Patient

NAME = "redis"
_KEEPS = "noeviction"
_FULL = 0.9


async def check(patient: Patient) -> list[Diagnosis]:
    """Ask the ledger's Redis about itself.

    Raises:
        Unavailable: Redis is down.
        Misconfigured: it refuses the credentials.
    """
    async with open_redis(patient.settings.redis) as redis:
        with translated("looking at Redis"):
            return list(judge(await redis.info()))


def judge(info: Mapping[str, Any]) -> Iterator[Diagnosis]:
    """Yield what would lose claims, which make answers distinct, or stop them."""
    if not info.get("aof_enabled"):
        yield _diagnosis(
            Severity.WARNING,
            "it keeps no append-only file: claims of the last seconds are lost when it dies, and a "
            "question that is delivered again then may be answered twice, differently",
            "redis-cli CONFIG SET appendonly yes && redis-cli CONFIG REWRITE",
        )
    elif info.get("aof_last_write_status", "ok") != "ok":
        yield _diagnosis(
            Severity.ERROR,
            "it cannot write its append-only file, and refuses every write",
            "make room on the disk of Redis",
        )
    policy = info.get("maxmemory_policy", _KEEPS)
    limit = int(info.get("maxmemory", 0))
    if policy != _KEEPS and limit:
        yield _diagnosis(
            Severity.WARNING,
            f"maxmemory-policy is {policy}: when memory is full it drops claims and token streams "
            "like any other key",
            "redis-cli CONFIG SET maxmemory-policy noeviction (and a Redis of their own for "
            "caches: RAGLINE_REDIS__CACHE_URL)",
        )
    if limit and int(info.get("used_memory", 0)) > _FULL * limit:
        used = 100 * int(info["used_memory"]) / limit
        yield _diagnosis(
            Severity.ERROR if policy == _KEEPS else Severity.WARNING,
            f"{used:.0f} % of its memory is in use; when it is full, answers cannot be claimed",
            "redis-cli CONFIG SET maxmemory BYTES (more), or give caches a Redis of their own",
        )


def _diagnosis(severity: Severity, meaning: str, remedy: str) -> Diagnosis:
    return Diagnosis(check=NAME, severity=severity, subject="redis", meaning=meaning, remedy=remedy)
