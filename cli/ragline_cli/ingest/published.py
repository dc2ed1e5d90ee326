"""A tenant's documents on the `documents` topic: the last change of each one."""

from __future__ import annotations

import base64

from ragline.contracts.documents import DocumentChanged
from ragline.contracts.topics import DOCUMENTS
from ragline.settings import KafkaSettings
from ragline_cli.ingest.events import Published, digest_of
from ragline_cli.kafka.client import kafka_settings
from ragline_cli.kafka.events import parse
from ragline_cli.kafka.reader import open_reader, read_range


async def read_documents(kafka: KafkaSettings | str, tenant: str) -> list[DocumentChanged]:
    """Return the last change of every document of `tenant`, in the order of their ids.

    Reads the topic from its beginning to its current end. Raises as `open_reader`.
    """
    found: dict[str, DocumentChanged] = {}
    async with open_reader(kafka_settings(kafka), DOCUMENTS.name) as consumer:
        starts = await consumer.beginning_offsets(consumer.assignment())
        ends = await consumer.end_offsets(consumer.assignment())
        async for record in read_range(consumer, starts, ends):
            if record.value is None:
                found.pop(_document_id(record.key, tenant), None)
            keep_last(found, parse(DocumentChanged, record.value), tenant)
    return [found[document_id] for document_id in sorted(found)]


def _document_id(key: bytes | None, tenant: str) -> str:
    """Return which of the tenant's documents a tombstone deletes; an empty text for none."""
    named, _, document_id = (key or b"").decode("utf-8", "replace").partition("/")
    return document_id if named == tenant else ""


async def read_published(kafka: KafkaSettings | str, tenant: str) -> dict[str, Published]:
    """Return version and content digest of every document of `tenant`, by document id."""
    documents = await read_documents(kafka, tenant)
    return {d.document_id: Published(d.version, content_digest(d)) for d in documents}


def keep_last(
    found: dict[str, DocumentChanged], event: DocumentChanged | None, tenant: str
) -> None:
    """Put `event` into `found` if it belongs to `tenant` and no newer one is there."""
    if event is None or event.tenant != tenant:
        return
    last = found.get(event.document_id)
    if last is None or event.version >= last.version:
        found[event.document_id] = event


def content_digest(event: DocumentChanged) -> bytes | None:
    """Return the digest of the document's bytes; None if the event does not contain them."""
    if event.content is None:
        return None
    if event.content_encoding == "text":
        return digest_of(event.content.encode())
    try:
        return digest_of(base64.b64decode(event.content))
    except ValueError:  # invalid content of another publisher: every file differs from it
        return None
