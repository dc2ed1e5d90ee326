"""A command waits for a broker of a busy machine, as people do, and does not take it for none."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from tests.patience import PATIENCE_S

from ragline.contracts.indexes import BASE_INDEX, Index
from ragline.settings import KafkaSettings, VectorStoreSettings
from ragline_cli.reindex.reindex import Reindex
from ragline_cli.stack.kafka import KafkaServer

# a service gives up a look after 5 s, and looks again
SILENT_S = 7.0


@contextmanager
def stopped(kafka: KafkaServer) -> Iterator[None]:
    """Let the broker take connections, as the kernel does for it, and answer nothing."""
    assert kafka.pid is not None
    os.kill(kafka.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(kafka.pid, signal.SIGCONT)


async def test_the_status_of_indexes_waits_for_a_slow_broker(kafka: KafkaServer) -> None:
    def store_of(_index: Index) -> VectorStoreSettings:
        return VectorStoreSettings()

    reindex = Reindex(KafkaSettings(bootstrap_servers=kafka.bootstrap_servers), None, store_of)
    with stopped(kafka):
        looking = asyncio.create_task(reindex.status(failures=False))
        await asyncio.wait([looking], timeout=SILENT_S)
    async with asyncio.timeout(PATIENCE_S):
        status = await looking

    assert BASE_INDEX in [each.index.name for each in status.each]
