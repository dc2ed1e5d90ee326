"""A client whose start is cancelled, or whose stop is given up, leaves no connection open."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from contextlib import suppress
from dataclasses import replace
from uuid import uuid4

from aiokafka.conn import AIOKafkaConnection

from ragline.messaging.kafka_clients import ClientProfile, open_consumer
from ragline.settings import KafkaSettings
from ragline_cli.stack.kafka import KafkaServer

PROFILE = ClientProfile(client_id="cancelled")


async def started(kafka: KafkaSettings) -> None:
    async with open_consumer(kafka, PROFILE):
        pass


def left_open() -> list[AIOKafkaConnection]:
    return [
        each
        for each in gc.get_objects()
        if isinstance(each, AIOKafkaConnection) and each.connected()
    ]


async def test_a_cancelled_start_closes_its_connections(kafka: KafkaServer) -> None:
    settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    before = left_open()
    moments = 0
    while True:
        start = asyncio.create_task(started(settings))
        for _ in range(moments):
            if start.done():
                break
            await asyncio.sleep(0.0005)
        cancelled = start.cancel()
        with suppress(asyncio.CancelledError):
            await start
        if not cancelled:
            break
        moments += 1

    assert moments > 1
    assert [each for each in left_open() if each not in before] == []


async def test_a_stop_that_the_broker_does_not_answer_closes_its_connections(
    kafka: KafkaServer,
) -> None:
    settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    hasty = replace(PROFILE, stop_within_s=0.5)
    before = left_open()
    assert kafka.pid is not None
    try:
        # A member of a group says that it leaves, and waits for the answer
        async with open_consumer(settings, hasty, topics=("queries",), group_id=uuid4().hex) as one:
            while not one.assignment():
                await one.getmany(timeout_ms=100)
            os.kill(kafka.pid, signal.SIGSTOP)
    finally:
        os.kill(kafka.pid, signal.SIGCONT)

    assert [each for each in left_open() if each not in before] == []
