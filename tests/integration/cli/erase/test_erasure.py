"""An erasure looks into every index that there is: the live one, the one before, one to come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from pydantic import SecretStr
from tests.patience import PATIENCE_S

from ragline.adapters.stores.opening import open_store
from ragline.background import beside
from ragline.clock import utc_now
from ragline.contracts.indexes import Index, IndexesChanged
from ragline.contracts.topics import DOCUMENTS, Service, consumer_group
from ragline.index_settings import settings_for
from ragline.messaging.index_writer import change_indexes
from ragline.messaging.kafka_clients import open_consumer, open_producer
from ragline.settings import KafkaSettings, RedisSettings, StoreKind, VectorStoreSettings
from ragline.testing.store_contract.builders import (
    DIMENSIONS,
    FINGERPRINT,
    TENANT,
    document,
    documents_seen,
)
from ragline_cli.erase.erasure import Erasure
from ragline_cli.erase.receipt import ErasureRun
from ragline_cli.erase.subject import Subject
from ragline_cli.kafka.client import COMMAND_LINE
from ragline_cli.kafka.extent import no_progress
from ragline_cli.kafka.reader import partitions_of
from ragline_cli.stack.operator_settings import OperatorSettings

SUBJECT = Subject(tenant=TENANT, documents=frozenset({"guide"}))
UNIQUE = uuid4().hex[:8]
BASE = Index(name="base")
LIVE = Index(name="live", settings={"VECTOR_STORE__COLLECTION": f"Live{UNIQUE}"})
# nothing has been written to it yet
COMING = Index(name="coming", settings={"VECTOR_STORE__COLLECTION": f"Coming{UNIQUE}"})


@pytest.fixture
def settings(kafka: KafkaSettings, postgres_url: str, redis_url: str) -> OperatorSettings:
    return OperatorSettings(
        kafka=kafka,
        redis=RedisSettings(url=SecretStr(redis_url)),
        vector_store=VectorStoreSettings(
            kind=StoreKind.PGVECTOR, url=SecretStr(postgres_url), collection=f"Base{UNIQUE}"
        ),
    )


@pytest.fixture
async def _two_filled_indexes(settings: OperatorSettings) -> AsyncIterator[None]:
    def flipped(before: IndexesChanged) -> IndexesChanged:
        every = {"live": LIVE.name, "previous": BASE.name, "indexes": (BASE, LIVE, COMING)}
        return before.model_copy(update=every)

    await change_indexes(settings.kafka, COMMAND_LINE, flipped, source="/test")
    for index in (BASE, LIVE):
        async with open_store(
            settings_for(settings, index).vector_store,
            fingerprint=FINGERPRINT,
            dimensions=DIMENSIONS,
        ) as store:
            await store.upsert(document("guide"))
            await store.upsert(document("other"))
    async with open_producer(settings.kafka, COMMAND_LINE) as producer:
        await producer.send_and_wait("documents", b'{"version": 1}', key=f"{TENANT}/guide".encode())
    yield
    for index in (BASE, LIVE):
        async with open_store(
            settings_for(settings, index).vector_store,
            fingerprint=FINGERPRINT,
            dimensions=DIMENSIONS,
        ) as store:
            assert await documents_seen(store) == {"other"}


async def read_on(kafka: KafkaSettings, *indexes: Index) -> None:
    """Commit all that comes, as the ingestors of indexes do."""
    places = await partitions_of(kafka, DOCUMENTS.name)
    while True:
        for index in indexes:
            group = consumer_group(Service.INGESTOR, DOCUMENTS, index=index.name)
            async with open_consumer(
                kafka, COMMAND_LINE, partitions=places, group_id=group
            ) as consumer:
                await consumer.commit(await consumer.end_offsets(places))
        await asyncio.sleep(0.1)


@pytest.mark.usefixtures("_two_filled_indexes")
async def test_every_index_is_emptied_read_back_and_its_ingestor_waited_for(
    settings: OperatorSettings,
) -> None:
    def erasure() -> Erasure:
        return Erasure(settings, SUBJECT, clock=utc_now, on_progress=no_progress)

    runs: list[ErasureRun] = []
    planned = await erasure().plan()
    assert [planned.place(name).found for name in ("store", "store live", "store coming")] == [
        *(1, 1, 0)
    ]

    first = await erasure().execute(runs.append, wait_s=0)
    for name in ("store", "store live"):
        place = first.place(name)
        assert (place.found, place.removed, place.remains) == (1, 1, 0)
    waited_for = ("ingestor", "ingestor live", "ingestor coming")
    assert [first.place(name).open for name in waited_for] == [True, True, True]
    assert not first.complete

    async with beside(read_on(settings.kafka, BASE, LIVE)):
        second = await erasure().execute(runs.append, wait_s=5)
    assert [second.place(name).open for name in waited_for] == [False, False, True]
    async with beside(read_on(settings.kafka, BASE, LIVE, COMING)):
        assert (await erasure().execute(runs.append, wait_s=PATIENCE_S)).complete
