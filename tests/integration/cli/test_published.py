"""What the `documents` topic holds of a tenant, read from a real Kafka."""

from __future__ import annotations

from uuid import uuid4

from ragline.contracts.documents import DocumentChanged
from ragline.contracts.topics import DOCUMENTS
from ragline.messaging.kafka_clients import open_producer
from ragline_cli.ingest.published import read_documents
from ragline_cli.kafka.client import COMMAND_LINE, kafka_settings
from ragline_cli.kafka.events import publish


async def test_the_last_change_of_each_document_is_read_up_to_now(kafka_bootstrap: str) -> None:
    tenant = uuid4().hex
    assert await read_documents(kafka_bootstrap, tenant) == []
    changes = [
        DocumentChanged(tenant=tenant, document_id=name, version=version, content="x")
        for version in (1, 2)
        for name in ("b", "a")
    ]
    async with open_producer(kafka_settings(kafka_bootstrap), COMMAND_LINE) as producer:
        for change in changes:
            await publish(producer, change)
    assert await read_documents(kafka_bootstrap, tenant) == [changes[3], changes[2]]


async def test_a_document_that_a_null_value_deleted_is_not_there(kafka_bootstrap: str) -> None:
    tenant = uuid4().hex
    kept, gone, back = (
        DocumentChanged(tenant=tenant, document_id=name, version=1, content="x")
        for name in ("kept", "gone", "back")
    )
    again = back.model_copy(update={"version": 2})
    async with open_producer(kafka_settings(kafka_bootstrap), COMMAND_LINE) as producer:
        for change in (kept, gone, back):
            await publish(producer, change)
        for change in (gone, back):
            await producer.send_and_wait(DOCUMENTS.name, None, key=change.key.encode())
        await producer.send_and_wait(DOCUMENTS.name, None, key=b"nobody")
        await publish(producer, again)
    assert await read_documents(kafka_bootstrap, tenant) == [again, kept]
