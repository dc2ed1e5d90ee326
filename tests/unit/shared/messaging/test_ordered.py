"""What a subscriber tells of its assignment."""

from __future__ import annotations

from types import SimpleNamespace
from unittest.mock import AsyncMock

from aiokafka import TopicPartition

from ragline.messaging.assignment import Assignment
from ragline.messaging.kafka_broker import make_broker
from ragline.messaging.ordered import Consumption, _Rebalance, subscribe
from ragline.messaging.record import Process, Record
from ragline.messaging.solitude import Solitude
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.observability.metrics import Metrics
from ragline.settings import KafkaSettings


async def test_a_member_knows_its_part_of_the_partitions() -> None:
    async def deliver(record: Record, process: Process) -> None:
        raise NotImplementedError

    assignment = Assignment()
    state = Consumption(
        topic="queries",
        settings=KafkaSettings(),
        metrics=Metrics(),
        deliver=deliver,
        by_key=False,
        halted=lambda: False,
        waiting=WaitingTasks(),
        solitude=Solitude(),
        assignment=assignment,
    )
    subscriber = subscribe(make_broker(KafkaSettings(), client_id="test"), group="g", state=state)
    subscriber.consumer = SimpleNamespace(partitions_for_topic=lambda _topic: {0, 1, 2, 3})
    subscriber.take_over = AsyncMock()
    assert assignment.share == 1.0

    rebalance = _Rebalance(subscriber)
    await rebalance.on_partitions_assigned({TopicPartition("queries", 1)})
    assert assignment.share == 0.25
    await rebalance.on_partitions_assigned({TopicPartition("queries", n) for n in range(4)})
    assert assignment.share == 1.0
