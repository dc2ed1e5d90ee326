"""What the gateway's publisher stores for one event."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from ragline.contracts.base import Event
from ragline.contracts.cloudevents import Envelope
from ragline.contracts.documents import DocumentAccessChanged, DocumentChanged, Operation
from ragline.messaging.placement import other_homes
from ragline_gateway.publisher import Publisher

PARTITIONS = 12
KEY = b"acme/badges.md"


@dataclass
class FakeProducer:
    """Keeps what is sent: topic, value and options of each record."""

    sent: list[tuple[str, bytes | None, dict[str, Any]]] = field(default_factory=list)

    async def send_and_wait(self, topic: str, value: bytes | None = None, **options: Any) -> None:
        self.sent.append((topic, value, options))

    async def partitions_for(self, topic: str) -> set[int]:
        return set(range(PARTITIONS))


async def published(event: Event) -> list[tuple[str, bytes | None, dict[str, Any]]]:
    producer = FakeProducer()
    await Publisher(cast("Any", producer)).publish(event, envelope=Envelope(tenant="acme"))
    return producer.sent


async def test_a_deletion_goes_to_wherever_other_hashes_put_its_key() -> None:
    event = DocumentChanged(
        tenant="acme", document_id="badges.md", version=7, operation=Operation.DELETE
    )
    (topic, value, options), *elsewhere = await published(event)

    assert (topic, value) == ("documents", event.to_json())
    assert "partition" not in options
    homes = other_homes(KEY, PARTITIONS)
    assert homes
    assert {sent["partition"] for _, _, sent in elsewhere} == homes
    for topic, value, sent in elsewhere:
        assert (topic, value, sent["key"]) == ("documents", None, KEY)
        assert sent["headers"] == [("ragline-version", b"7")]


@pytest.mark.parametrize(
    "event",
    [
        DocumentChanged(tenant="acme", document_id="badges.md", version=7, content="text"),
        DocumentAccessChanged(tenant="acme", document_id="badges.md", version=7, access=()),
    ],
)
async def test_everything_else_is_one_record(event: Event) -> None:
    assert len(await published(event)) == 1
