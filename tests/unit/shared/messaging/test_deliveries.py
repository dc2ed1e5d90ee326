"""Who handles a service's records, as its spec says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from ragline.contracts.answers import AnswerStatus, QueryAnswered
from ragline.contracts.base import QueryRef
from ragline.contracts.cloudevents import Envelope
from ragline.contracts.queries import QuerySubmitted
from ragline.contracts.topics import RETRIES, Service
from ragline.messaging.composition import Composition
from ragline.messaging.deliveries import (
    DeliveryPolicy,
    DocumentDelivery,
    Observation,
    QueryDelivery,
)
from ragline.messaging.document_handler import DocumentHandler
from ragline.messaging.flood import Floods
from ragline.messaging.handler import Handler, HandlerContext
from ragline.messaging.observation_handler import ObservationHandler
from ragline.messaging.query_handler import QueryHandler
from ragline.messaging.record import CURRENT, Delivery
from ragline.messaging.solitude import Solitude
from ragline.observability.metrics import Metrics
from ragline.ports.answers import Attempt
from ragline.settings import DeliverySettings

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class FakePublisher:
    """Keeps the bytes that would be published."""

    def __init__(self) -> None:
        self.published: list[bytes] = []

    async def publish(self, *_args: Any, value: bytes, **_named: Any) -> None:
        self.published.append(value)


class FakeLedger:
    """Holds an earlier answer, which whoever reserves finds; whoever claims wins all the same."""

    def __init__(self) -> None:
        self.reserved: list[Attempt] = []

    async def reserve(self, attempt: Attempt) -> None:
        self.reserved.append(attempt)

    async def claimed(self, _attempt: Attempt) -> bytes:
        return answer("earlier").to_json()

    async def claim(self, _attempt: Attempt, own: bytes) -> bytes:
        return own


@dataclass
class FakeRecord:
    topic: str = "queries"
    partition: int = 0
    offset: int = 0
    timestamp: int = int(NOW.timestamp() * 1000)
    key: bytes | None = b"q"
    value: bytes | None = b""
    headers: Sequence[tuple[str, bytes]] = ()


def answer(text: str) -> QueryAnswered:
    return QueryAnswered(query_id="q", status=AnswerStatus.ANSWERED, text=text, answered_at=NOW)


async def answering(_event: Any) -> QueryAnswered:
    return answer("own")


def handler(
    delivery: DeliveryPolicy, composition: Composition, publisher: FakePublisher
) -> Handler:
    settings = DeliverySettings()
    context = HandlerContext(
        service=Service.GENERATOR,
        stage=composition.stage,
        publisher=publisher,  # type: ignore[arg-type]
        metrics=Metrics(),
        floods=Floods(settings),
        clock=lambda: NOW,
        settings=settings,
        waiting=composition.waiting,
        solitude=Solitude(),
    )
    return delivery.handler(context, composition)


@pytest.mark.parametrize(
    ("delivery", "kind", "by_key", "retries"),
    [
        (QueryDelivery(), QueryHandler, False, ()),
        (QueryDelivery(reserves=True), QueryHandler, False, ()),
        (DocumentDelivery(), DocumentHandler, True, RETRIES),
        (Observation(), ObservationHandler, False, ()),
    ],
)
def test_a_delivery_says_what_is_read_in_which_order_and_who_handles_it(
    delivery: DeliveryPolicy, kind: type[Handler], by_key: bool, retries: tuple[Any, ...]
) -> None:
    assert isinstance(handler(delivery, Composition(stage=answering), FakePublisher()), kind)
    assert (delivery.by_key, delivery.retries) == (by_key, retries)


@pytest.mark.parametrize(("reserves", "text"), [(True, "earlier"), (False, "own")])
async def test_only_who_reserves_looks_for_an_earlier_answer(reserves: bool, text: str) -> None:
    ledger, publisher = FakeLedger(), FakePublisher()
    composition = Composition(stage=answering, ledger=ledger)
    query = handler(QueryDelivery(reserves=reserves), composition, publisher)
    CURRENT.set(Delivery(record=FakeRecord(), envelope=Envelope(), started=0.0))

    await query.handle(QuerySubmitted(query_id="q", text="why?"))

    assert ledger.reserved == ([Attempt(QueryRef("default", "q"), 1)] if reserves else [])
    ((value),) = publisher.published
    assert QueryAnswered.model_validate_json(value).text == text
