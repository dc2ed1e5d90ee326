"""Clocks: how far those of Redis, PostgreSQL and the brokers are from the one here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import asyncpg

from ragline.adapters.redis.client import open_redis, translated
from ragline.adapters.stores.pgvector.errors import guarded
from ragline.adapters.stores.pgvector.pool import address
from ragline.clock import epoch_ms
from ragline.contracts.topics import ANSWERS, DOCUMENT_STATUS, DOCUMENTS, QUERIES
from ragline.settings import StoreKind, VectorStoreSettings
from ragline_cli.doctor.diagnosis import Diagnosis, Severity
from ragline_cli.doctor.patient import Patient
from ragline_cli.kafka.extent import whole
from ragline_cli.kafka.reader import open_reader, read_range

NAME = "clocks"
_UNEVEN_S = 2.0
_WRONG_S = 30.0
# topics whose last records show the time of the broker that appended them
_SHOW_TIME = (QUERIES, ANSWERS, DOCUMENTS, DOCUMENT_STATUS)


async def check(patient: Patient) -> list[Diagnosis]:
    """Compare clocks without writing anything.

    A broker's clock is seen in the time of the newest records, so only if it is ahead.

    Raises:
        Unavailable: a server is down.
        Misconfigured: a server refuses, or a topic does not exist.
    """
    skews: dict[str, float] = {}
    settings = patient.settings
    async with open_redis(settings.redis) as redis:
        with translated("asking Redis for the time"):
            before_ms = epoch_ms(patient.clock())
            seconds, microseconds = await redis.time()
            now_ms = (before_ms + epoch_ms(patient.clock())) / 2
    skews["redis"] = int(seconds) + int(microseconds) / 1e6 - now_ms / 1_000
    if settings.vector_store.kind is StoreKind.PGVECTOR:
        before_ms = epoch_ms(patient.clock())
        there = await _time_of_postgresql(settings.vector_store)
        skews["postgresql"] = there - (before_ms + epoch_ms(patient.clock())) / 2_000
    newest_ms = await _newest_append(patient)
    skews["kafka"] = max(0.0, (newest_ms - epoch_ms(patient.clock())) / 1_000)
    return list(judge(skews))


def judge(skews: Mapping[str, float]) -> Iterator[Diagnosis]:
    """Yield the clocks, by server, that are seconds ahead of the one here (or behind: negative)."""
    for server, skew_s in skews.items():
        if abs(skew_s) < _UNEVEN_S:
            continue
        yield Diagnosis(
            check=NAME,
            severity=Severity.ERROR if abs(skew_s) >= _WRONG_S else Severity.WARNING,
            subject=server,
            meaning=f"its clock is {abs(skew_s):.1f} s {'ahead of' if skew_s > 0 else 'behind'} "
            "the one here: deadlines, retry delays and the freshness of documents are wrong by it",
            remedy="chronyc tracking (on both machines): let both follow the same time server",
        )


async def _time_of_postgresql(settings: VectorStoreSettings) -> float:
    async with guarded("asking for the time", settings.timeout_s):
        connection = await asyncpg.connect(address(settings))
        try:
            told = await connection.fetchval("SELECT extract(epoch FROM clock_timestamp())::float8")
        finally:
            await connection.close()
    return float(told)


async def _newest_append(patient: Patient) -> int:
    """Return the append time, in epoch milliseconds, of the newest record; 0 if there is none."""
    newest = 0
    for topic in _SHOW_TIME:
        async with open_reader(patient.settings.kafka, topic.name) as consumer:
            extent = await whole(consumer)
            lasts = {
                place: max(extent.starts[place], end - 1) for place, end in extent.ends.items()
            }
            async for record in read_range(consumer, lasts, extent.ends):
                newest = max(newest, record.timestamp)
    return newest
