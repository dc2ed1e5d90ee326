"""What a spec subscribes to and publishes, and what its consumption is given."""

from __future__ import annotations

import asyncio
from typing import Any

from ragline.clock import utc_now
from ragline.contracts.topics import (
    ANSWERS,
    DEAD_LETTERS,
    DOCUMENT_ACCESS,
    DOCUMENT_STATUS,
    DOCUMENTS,
    FEEDBACK,
    Service,
    Topic,
)
from ragline.messaging.application import add_publishers, add_subscribers, described
from ragline.messaging.assignment import Assignment
from ragline.messaging.consumption import Consumption
from ragline.messaging.deliveries import DeliveryPolicy, DocumentDelivery, Observation
from ragline.messaging.flood import Floods
from ragline.messaging.head_start import HeadStart
from ragline.messaging.kafka_broker import make_broker
from ragline.messaging.outage import Outage
from ragline.messaging.record import Process, Record
from ragline.messaging.service import ServiceSpec
from ragline.messaging.solitude import Solitude
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.observability.metrics import Metrics
from ragline.settings import DeliverySettings, ServiceSettings


def spec_of(
    service: Service,
    delivery: DeliveryPolicy,
    inbound: tuple[Topic, ...],
    outbound: tuple[Topic, ...] = (),
) -> ServiceSpec:
    return ServiceSpec(
        service=service,
        inbound=inbound,
        outbound=outbound,
        delivery=delivery,
        settings=ServiceSettings,
        compose=lambda _settings, _metrics: (_ for _ in ()).throw(AssertionError),
    )


MONITOR = spec_of(Service.MONITOR, Observation(), (ANSWERS, FEEDBACK, DEAD_LETTERS))
INGESTOR = spec_of(
    Service.INGESTOR, DocumentDelivery(), (DOCUMENTS, DOCUMENT_ACCESS), (DOCUMENT_STATUS,)
)


class FakeHandler:
    """Nothing comes to it: nothing is connected."""

    async def deliver(self, record: Record, process: Process) -> None:
        raise NotImplementedError

    async def handle(self, event: Any) -> None:
        raise NotImplementedError


class World:
    """A broker with the publishers and subscribers of a spec."""

    def __init__(self, spec: ServiceSpec) -> None:
        settings = ServiceSettings()
        self.handler = FakeHandler()
        self.floods = Floods(DeliverySettings(flood_run=1))
        self.waiting = WaitingTasks()
        self.assignment = Assignment()
        outage = Outage({}, metrics=Metrics(), waiting=self.waiting, clock=utc_now)
        self.head_start = HeadStart(spec.delivery.first)
        self.broker = make_broker(settings.kafka, client_id="test")
        self.publishers = add_publishers(self.broker, spec)
        add_subscribers(
            self.broker,
            spec,
            self.handler,
            settings=settings.kafka,
            metrics=Metrics(),
            floods=self.floods,
            outage=outage,
            waiting=self.waiting,
            assignment=self.assignment,
            head_start=self.head_start,
            solitude=Solitude(),
        )

    @property
    def subscribers(self) -> list[Any]:
        return list(self.broker.subscribers)

    @property
    def consumptions(self) -> list[Consumption]:
        return [subscriber.state for subscriber in self.subscribers]

    @property
    def topics(self) -> list[str]:
        """The topics that are read; the broker keeps them in no order."""
        return sorted(each.topic for each in self.consumptions)


def test_several_topics_are_read_each_in_a_group_of_its_own_and_none_is_written() -> None:
    world = World(MONITOR)

    assert world.topics == ["answers", "dead-letters", "feedback"]
    assert {subscriber.group_id for subscriber in world.subscribers} == {
        "ragline.monitor.answers",
        "ragline.monitor.feedback",
        "ragline.monitor.dead-letters",
    }
    assert world.publishers == {}
    assert not any(each.by_key for each in world.consumptions)


def test_a_publishers_header_makes_no_subscriber_reply() -> None:
    subscribers = [*World(MONITOR).subscribers, *World(INGESTOR).subscribers]
    assert all(subscriber._no_reply for subscriber in subscribers)


def test_documents_are_read_with_their_retries_and_key_by_key() -> None:
    world = World(INGESTOR)

    assert world.topics == [
        "document-access",
        "documents",
        "documents.retry.10m",
        "documents.retry.10s",
        "documents.retry.1m",
    ]
    assert all(each.by_key for each in world.consumptions)
    assert list(world.publishers) == ["document-status"]


def test_who_may_read_is_read_before_what_there_is_to_read() -> None:
    waiting = {each.topic: not each.head_start.over for each in World(INGESTOR).consumptions}
    assert waiting == {
        "document-access": False,
        "documents": True,
        "documents.retry.10s": True,
        "documents.retry.1m": True,
        "documents.retry.10m": True,
    }
    assert all(each.head_start.over for each in World(MONITOR).consumptions)


def test_consumption_begins_with_all_that_it_shares_with_the_handler() -> None:
    world = World(MONITOR)

    for each in world.consumptions:
        assert each.deliver == world.handler.deliver
        assert each.waiting is world.waiting
        assert each.assignment is world.assignment


async def test_a_flooded_topic_halts_alone() -> None:
    world = World(MONITOR)
    world.floods.guard("feedback").failed(None)

    passages = {
        each.topic: asyncio.create_task(each.gate.passage(lambda: 0, each.progress))
        for each in world.consumptions
    }
    await asyncio.wait(passages.values(), timeout=0.1)
    assert {topic: passage.done() for topic, passage in passages.items()} == {
        "answers": True,
        "feedback": False,
        "dead-letters": True,
    }
    passages["feedback"].cancel()


def test_what_is_described_is_what_runs() -> None:
    for spec in (MONITOR, INGESTOR):
        world, found = World(spec), described(spec)
        subscribers: list[Any] = list(found.subscribers)
        assert sorted(subscriber.state.topic for subscriber in subscribers) == world.topics
        assert len(list(found.publishers)) == len(world.publishers)
