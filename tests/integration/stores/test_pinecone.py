"""Pinecone keeps every promise of the port, on a double of it, and on the service with a key."""

import asyncio
import os
import random
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from functools import partial
from typing import Any, get_args

import httpx
import pytest
from pydantic import SecretStr

from ragline.adapters.stores.marked.markers import MarkerKind
from ragline.adapters.stores.opening import Store, has_collection, open_reader, open_store
from ragline.adapters.stores.pinecone import write
from ragline.adapters.stores.pinecone.keys import OPEN, index_name, namespace
from ragline.adapters.stores.pinecone.namespace import Namespace, Record
from ragline.adapters.stores.pinecone.records import MarkerFacts, chunk_records, marker_records
from ragline.adapters.stores.pinecone.store import PineconeStore
from ragline.adapters.stores.pinecone.tenant import TenantDocuments
from ragline.errors import Misconfigured, PermanentError, RateLimited, Unavailable
from ragline.ports.store import WriteResult
from ragline.settings import StoreKind, VectorStoreSettings
from ragline.testing.audit import audit
from ragline.testing.faults import faults
from ragline.testing.pinecone_double.server import PineconeDouble
from ragline.testing.store_contract import OpenReader, OpenStore, StoreContract
from ragline.testing.store_contract.builders import (
    COMMON,
    DIMENSIONS,
    FINGERPRINT,
    TENANT,
    document,
    documents_seen,
    embedding,
    ref,
    scope,
    seen,
)
from ragline.testing.store_contract.sequences import Change, Kind, apply, check, expected

KEY = os.environ.get("RAGLINE_TEST_PINECONE_API_KEY")
STAFF = scope(("staff",))


@contextmanager
def service(key: str) -> Iterator[VectorStoreSettings]:
    """An index of the test's own on the real service, removed at the end."""
    url = "https://api.pinecone.io"
    settings = VectorStoreSettings(
        kind=StoreKind.PINECONE,
        url=SecretStr(url),
        api_key=SecretStr(key),
        collection=f"T{uuid.uuid4().hex}",
        freshness_s=120.0,
    )
    yield settings
    headers = {"Api-Key": key, "X-Pinecone-Api-Version": "2026-07"}
    httpx.delete(f"{url}/indexes/{index_name(settings.collection)}", headers=headers, timeout=60)


@pytest.fixture(params=["immediate", "eventual", *(["service"] if KEY else [])])
def settings(request: pytest.FixtureRequest) -> Iterator[VectorStoreSettings]:
    """Pinecone that shows writes at once, late and from two replicas, and as it really is."""
    if request.param == "service" and KEY:
        with service(KEY) as real:
            yield real
        return
    double: PineconeDouble = request.getfixturevalue("pinecone")
    if request.param == "eventual":
        double.lag, double.replicas, double.looks_until_ready = 2, 2, 1
    yield request.getfixturevalue("pinecone_settings")


class TestPineconeStore(StoreContract):
    @pytest.fixture
    def open_store(self, settings: VectorStoreSettings) -> OpenStore:
        return partial(open_store, settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)

    @pytest.fixture
    def open_reader(self, settings: VectorStoreSettings) -> OpenReader:
        return partial(open_reader, settings)


def opened(settings: VectorStoreSettings) -> AbstractAsyncContextManager[Store]:
    return open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)


@pytest.fixture
async def store(pinecone_settings: VectorStoreSettings) -> AsyncIterator[PineconeStore]:
    async with opened(pinecone_settings) as store:
        assert isinstance(store, PineconeStore)
        yield store


class Dying(Namespace):
    """A writer that dies before its n-th change."""

    def __init__(self, namespace: Namespace, *, after: int) -> None:
        self.__dict__.update(vars(namespace))
        self._left = after

    async def insert(self, records: Sequence[Record]) -> int:
        if records:
            self._change()
        return await super().insert(records)

    async def change(self, patches: Sequence[Record]) -> int:
        if patches:
            self._change()
        return await super().change(patches)

    async def remove(self, names: Sequence[str]) -> int:
        if names:
            self._change()
        return await super().remove(names)

    def _change(self) -> None:
        if not self._left:
            raise Unavailable("the writer died")
        self._left -= 1


def dying(store: PineconeStore, *, after: int) -> TenantDocuments:
    return TenantDocuments(Dying(store.namespace(TENANT), after=after))


Write = Callable[[TenantDocuments], Coroutine[Any, Any, WriteResult]]
OLD = [("guide", 1, 0), ("guide", 1, 1), ("guide", 1, 2)]
NEW = [("guide", 2, 0), ("guide", 2, 1)]


@pytest.mark.parametrize("after", range(4))
@pytest.mark.parametrize(
    ("change", "states", "chunks_left"),
    [
        (lambda t: write.upsert(t, document(version=2), DIMENSIONS), [OLD, NEW], 2),
        (lambda t: write.delete(t, "guide", 2, DIMENSIONS), [OLD, []], 0),
        (lambda t: write.set_access(t, "guide", 2, ("staff",), DIMENSIONS), [OLD, OLD], 3),
    ],
    ids=["upsert", "delete", "access"],
)
async def test_a_writer_that_dies_leaves_the_old_or_the_new_and_a_retry_completes(
    store: PineconeStore,
    pinecone_settings: VectorStoreSettings,
    after: int,
    change: Write,
    states: list[object],
    chunks_left: int,
) -> None:
    await store.upsert(document(version=1, texts=["a", "b", "c"], access=("staff", "ops")))
    with suppress(Unavailable):
        await change(dying(store, after=after))
    assert await seen(store, STAFF) in states
    assert await seen(store, scope()) == []

    assert await change(store.tenant(TENANT)) is WriteResult.APPLIED
    assert await seen(store, STAFF) == states[1]
    stored = await audit(pinecone_settings)
    assert faults(stored) == []
    assert sum(each.kind == "chunk" for each in stored) == chunks_left
    assert sum(each.kind != "chunk" for each in stored) <= 2


async def test_a_revocation_holds_from_its_marker_on_even_if_the_writer_dies(
    store: PineconeStore,
) -> None:
    await store.upsert(document(version=1))
    with pytest.raises(Unavailable):
        await write.set_access(dying(store, after=1), "guide", 2, ("staff",), DIMENSIONS)
    assert await seen(store, scope()) == []
    assert await seen(store, scope(("ops",))) == []


async def test_further_pieces_of_a_writer_that_died_go_with_its_redelivery(
    store: PineconeStore, pinecone_settings: VectorStoreSettings
) -> None:
    long = document(version=5, texts=[str(n) for n in range(400)])  # its hashes need two pieces
    with pytest.raises(Unavailable):  # the marker's further pieces are there, and it is not
        await write.upsert(dying(store, after=2), long, DIMENSIONS)
    await store.upsert(document(version=6, texts=["c"]))
    assert await store.upsert(long) is WriteResult.SUPERSEDED
    assert faults(await audit(pinecone_settings)) == []
    assert await seen(store) == [("guide", 6, 0)]


async def test_a_process_that_knows_nothing_yet_tidies_up_what_is_not_shown_yet(
    pinecone: PineconeDouble, pinecone_settings: VectorStoreSettings
) -> None:
    pinecone.lag = 4
    async with opened(pinecone_settings) as store:
        assert isinstance(store, PineconeStore)
        await store.upsert(document(version=1, texts=["a", "b", "c"]))
        await store.settle(ref())
        # version 2 is written, its writer dies, and nobody has seen it yet
        newer = document(version=2)
        hashes = tuple(chunk.content_hash for chunk in newer.chunks)
        facts = MarkerFacts(document_id="guide", chunk_hashes=hashes)
        _, marker = marker_records(MarkerKind.CONTENT, facts, 2, dimensions=DIMENSIONS)
        await store.namespace(TENANT).insert([*chunk_records(newer, [OPEN]), marker])
    async with opened(pinecone_settings) as restarted:
        await restarted.settle(ref())
        assert await seen(restarted) == NEW
    assert faults(await audit(pinecone_settings)) == []


async def test_text_beyond_a_record_is_kept_whole_in_further_records(
    store: PineconeStore, pinecone: PineconeDouble, pinecone_settings: VectorStoreSettings
) -> None:
    text = "".join(f"Wörter {n} \x01 日本 \n" for n in range(700))
    await store.upsert(document(texts=[text], attributes={"note": "x" * 50_000}))
    (hit,) = await store.vector(embedding("x"), scope=scope(), limit=5)
    assert hit.text == f"{COMMON} {text}"
    (records,) = pinecone.contents(index_name(pinecone_settings.collection)).values()
    kinds = [each["kind"] for each in records.values()]
    assert kinds.count("chunk") == 1
    assert kinds.count("text") > 1

    await store.delete(ref(), version=2)
    assert [each["kind"] for each in pinecone_records(pinecone, pinecone_settings)] == ["gone"]


async def test_words_beyond_a_vector_are_found_in_further_records(store: PineconeStore) -> None:
    words = [f"word{n}" for n in range(2_500)]
    await store.upsert(document("many", texts=[" ".join(words)]))
    await store.upsert(document("few", texts=["word1 and others"]))
    for word in (words[0], words[1_200], words[-1]):
        hits = await store.keyword(word, scope=scope(), limit=5)
        assert [(hit.document_id, hit.ordinal) for hit in hits] == [("many", 0)]
    hits = await store.keyword("word1 word2499", scope=scope(), limit=5)
    assert sorted(hit.document_id for hit in hits) == ["few", "many"]


async def test_deleting_leaves_no_word_of_the_document(
    store: PineconeStore, pinecone: PineconeDouble, pinecone_settings: VectorStoreSettings
) -> None:
    await store.upsert(document(texts=["secret"], title="secret", tags=("secret",)))
    await store.delete(ref(), version=2)
    (left,) = pinecone_records(pinecone, pinecone_settings)
    assert "secret" not in str(left)


def pinecone_records(
    pinecone: PineconeDouble, settings: VectorStoreSettings
) -> list[dict[str, Any]]:
    contents = pinecone.contents(index_name(settings.collection))
    return list(contents[namespace(TENANT)].values())


async def test_reads_never_go_back_to_a_replica_that_is_behind(
    pinecone: PineconeDouble, pinecone_settings: VectorStoreSettings
) -> None:
    pinecone.lag, pinecone.replicas = 3, 3
    async with opened(pinecone_settings) as store:
        for version in range(1, 5):
            await store.upsert(document(version=version, texts=["x"]))
            for _ in range(4):
                assert await seen(store) == [("guide", version, 0)]


async def test_a_write_that_never_shows_is_unavailable_and_says_which_setting_to_raise(
    pinecone: PineconeDouble, pinecone_settings: VectorStoreSettings
) -> None:
    pinecone.lag = 1_000_000
    hasty = pinecone_settings.model_copy(update={"freshness_s": 0.1})
    async with opened(hasty) as store:
        with pytest.raises(Unavailable, match="RAGLINE_VECTOR_STORE__FRESHNESS_S"):
            await store.upsert(document())


async def test_a_limit_of_requests_tells_how_long_to_wait(
    pinecone: PineconeDouble, store: PineconeStore
) -> None:
    pinecone.fail("search", 429, headers={"retry-after": "7"})
    with pytest.raises(RateLimited) as raised:
        await store.current(ref())
    assert raised.value.retry_after == 7.0
    assert pinecone.calls["search"] == 1
    assert await store.current(ref()) is None


async def test_trouble_of_the_service_is_transient_and_tells_how_long_to_wait(
    pinecone: PineconeDouble, store: PineconeStore
) -> None:
    pinecone.fail("upsert", 503, headers={"retry-after": "2"})
    with pytest.raises(Unavailable) as raised:
        await store.upsert(document())
    assert raised.value.retry_after == 2.0
    assert await store.upsert(document()) is WriteResult.APPLIED


@pytest.mark.parametrize("status", [401, 402, 403])
async def test_a_refused_key_is_misconfigured(
    pinecone: PineconeDouble, store: PineconeStore, status: int
) -> None:
    pinecone.fail("search", status)
    with pytest.raises(Misconfigured, match="RAGLINE_VECTOR_STORE__API_KEY"):
        await store.current(ref())


async def test_a_request_that_is_refused_is_permanent(
    pinecone: PineconeDouble, store: PineconeStore
) -> None:
    pinecone.fail("upsert", 400)
    with pytest.raises(PermanentError):
        await store.upsert(document())


async def test_a_missing_or_wrong_key_is_said_at_the_start(
    pinecone_settings: VectorStoreSettings,
) -> None:
    without = pinecone_settings.model_copy(update={"api_key": None})
    with pytest.raises(Misconfigured, match="RAGLINE_VECTOR_STORE__API_KEY"):
        async with opened(without):
            pass
    wrong = pinecone_settings.model_copy(update={"api_key": SecretStr("another")})
    with pytest.raises(Misconfigured, match="RAGLINE_VECTOR_STORE__API_KEY"):
        await has_collection(wrong)


async def test_an_index_that_is_not_ours_is_left_alone(
    pinecone: PineconeDouble, pinecone_settings: VectorStoreSettings
) -> None:
    name = index_name(pinecone_settings.collection)
    body = {"name": name, "schema": {"fields": {"v": {"type": "dense_vector", "dimension": 8}}}}
    body["schema"]["fields"]["v"]["metric"] = "cosine"  # type: ignore[index]
    async with httpx.AsyncClient(headers={"Api-Key": pinecone.api_key}) as http:
        (await http.post(f"{pinecone.url}/indexes", json=body)).raise_for_status()
    with pytest.raises(Misconfigured, match="RAGLINE_VECTOR_STORE__COLLECTION"):
        async with opened(pinecone_settings):
            pass


async def test_an_index_that_was_removed_is_unavailable_and_not_empty(
    pinecone: PineconeDouble, store: PineconeStore
) -> None:
    await store.upsert(document())
    pinecone.indexes.clear()
    with pytest.raises(Unavailable, match=r"gone|not found"):
        await documents_seen(store)


async def test_writers_at_once_end_in_the_highest_version_and_leave_nothing_behind(
    pinecone: PineconeDouble, pinecone_settings: VectorStoreSettings
) -> None:
    """As the state machine of `test_fence.py`, where readers see changes while they look."""
    pinecone.lag = 2
    chance = random.Random(11)
    async with opened(pinecone_settings) as one, opened(pinecone_settings) as other:
        for round_ in range(8):
            tenant = f"round-{round_}"
            changes = [
                Change(chance.choice(get_args(Kind)), version, chance.choice([("staff",), ()]))
                for version in chance.choices(range(4), k=5)
            ]
            # one version of one kind has one content
            changes = list({(each.kind, each.version): each for each in changes}.values())
            await asyncio.gather(
                *(apply(chance.choice((one, other)), each, tenant) for each in changes)
            )
            await check(one, expected(changes), tenant)
            await check(other, expected(changes), tenant)
    assert faults(await audit(pinecone_settings)) == []


async def test_a_namespace_that_is_not_found_is_empty_while_its_index_is_there(
    pinecone: PineconeDouble, store: PineconeStore
) -> None:
    pinecone.fail("search", 404, times=3)
    assert await store.current(ref()) is None
    assert await store.vector(embedding("x"), scope=scope(), limit=5) == []
    assert await store.metadata(["x"], scope=scope(), limit=5) == []
    assert await store.upsert(document()) is WriteResult.APPLIED


async def test_an_index_that_was_made_anew_is_found_and_filled(
    pinecone: PineconeDouble, pinecone_settings: VectorStoreSettings, store: PineconeStore
) -> None:
    for version in range(1, 4):
        await store.upsert(document(version=version))
    pinecone.indexes.clear()
    with pytest.raises(Unavailable):
        await store.upsert(document(version=4))
    hasty = pinecone_settings.model_copy(update={"freshness_s": 0.1})
    async with opened(hasty) as other:  # it makes the index, whose log begins again
        await other.upsert(document(version=4, texts=["x"]))
        assert await seen(other) == [("guide", 4, 0)]
    store._freshness_s = 0.1
    with pytest.raises(Unavailable, match="position"):  # the log that it knew was longer
        await store.current(ref())
    assert await seen(store) == [("guide", 4, 0)]


async def test_writers_of_many_documents_do_not_disturb_each_other(
    pinecone: PineconeDouble, pinecone_settings: VectorStoreSettings
) -> None:
    pinecone.lag, pinecone.replicas = 1, 2
    async with opened(pinecone_settings) as store:
        await asyncio.gather(*(store.upsert(document(f"d{n}", texts=["x"])) for n in range(12)))
        assert await documents_seen(store) == {f"d{n}" for n in range(12)}
    assert faults(await audit(pinecone_settings)) == []
