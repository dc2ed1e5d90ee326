"""Read your writes: versions that the question names are waited for, within its time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.patience import PATIENCE_S

from ragline.contracts.answers import Degradation
from ragline.contracts.queries import Options, Principal, QueryClassified
from ragline.errors import Unavailable
from ragline.ladder import Ladder
from ragline.ports.store import DocumentRef, StoredDocument
from ragline_retriever.freshness import VersionWaiter
from ragline_retriever.stage import RetrieverStage

NOW = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
MakeEvent = Callable[..., QueryClassified]
MakeWaiter = Callable[..., VersionWaiter]


def stored(
    version: int, *, access_version: int = -1, gone: bool = False, access: tuple[str, ...] = ()
) -> StoredDocument:
    return StoredDocument(
        version=version, gone=gone, content_hash=None, access_version=access_version, access=access
    )


def asking(event: MakeEvent, **versions: int) -> QueryClassified:
    return event(tenant="acme", options=Options(min_versions=versions))


async def test_what_is_there_is_not_waited_for(
    store: Any, event: MakeEvent, waiter: MakeWaiter
) -> None:
    store = store()
    store.documents = {
        "acme/same": stored(3),
        "acme/newer": stored(9),
        "acme/deleted": stored(4, gone=True),
        "acme/access": stored(1, access_version=5),
    }
    asked = asking(event, same=3, newer=3, deleted=3, access=5)
    async with asyncio.timeout(PATIENCE_S):
        assert await waiter(store).missing(asked, seconds=3_600) == {}


async def test_a_version_that_comes_meanwhile_ends_the_wait(
    store: Any, event: MakeEvent, waiter: MakeWaiter
) -> None:
    store = store()
    waiting = asyncio.create_task(waiter(store).missing(asking(event, page=2), seconds=3_600))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    store.documents["acme/page"] = stored(2)
    async with asyncio.timeout(PATIENCE_S):
        assert await waiting == {}


async def test_only_what_is_missing_at_the_end_is_named(
    store: Any, event: MakeEvent, waiter: MakeWaiter
) -> None:
    store = store()
    store.documents = {"acme/old": stored(1), "other/absent": stored(7), "acme/there": stored(2)}
    asked = asking(event, old=2, absent=7, there=2)
    found = await waiter(store).missing(asked, seconds=0.1)
    assert found == {"old": 2, "absent": 7}  # another tenant's document is another document


async def test_a_document_of_others_is_missing_like_one_that_is_unknown(
    store: Any, event: MakeEvent, waiter: MakeWaiter
) -> None:
    store = store()
    store.documents = {
        "acme/theirs": stored(5, access=("staff",)),
        "acme/deleted": stored(5, gone=True, access=("staff",)),
        "acme/mine": stored(5, access=("eng", "staff")),
    }
    asked = asking(event, theirs=5, deleted=5, mine=5, unknown=5).model_copy(
        update={"principal": Principal(groups=("eng",))}
    )
    found = await waiter(store).missing(asked, seconds=0.1)
    assert found == {"theirs": 5, "deleted": 5, "unknown": 5}


async def test_a_store_that_is_down_is_an_error(event: MakeEvent, waiter: MakeWaiter) -> None:
    class Down:
        async def current(self, ref: DocumentRef) -> StoredDocument | None:
            raise Unavailable("down")

    with pytest.raises(Unavailable):
        await waiter(Down()).missing(asking(event, page=1), seconds=1)


async def test_the_stage_searches_without_them_and_says_so(
    store: Any, event: MakeEvent, embedder: Any, waiter: MakeWaiter
) -> None:
    searched = store()
    stage = RetrieverStage(
        search=searched,
        embedder=embedder(),
        clock=lambda: NOW,
        ladder=Ladder(
            one_look_s=0, less_rerank_s=0, no_rerank_s=0, keyword_only_s=0, extractive_s=0
        ),
        waiter=waiter(searched),
    )
    asked = asking(event, page=2).model_copy(update={"deadline": NOW + timedelta(seconds=0.2)})
    found = await stage(asked)
    assert found.missing_versions == {"page": 2}
    assert found.degradations == (Degradation.MIN_VERSIONS,)
    assert searched.calls


async def test_a_wait_has_an_end_of_its_own(
    store: Any, event: MakeEvent, waiter: MakeWaiter
) -> None:
    waiting = waiter(store(), most_s=0.05)
    async with asyncio.timeout(PATIENCE_S):
        assert await waiting.missing(asking(event, page=2), seconds=3_600) == {"page": 2}
        assert await waiting.missing(asking(event, page=2), seconds=None) == {"page": 2}


async def test_only_so_many_questions_of_a_tenant_wait(
    store: Any, event: MakeEvent, waiter: MakeWaiter
) -> None:
    store = store()
    one = waiter(store, per_tenant=2)
    waiting = [
        asyncio.create_task(one.missing(asking(event, page=2), seconds=3_600)) for _ in range(2)
    ]
    await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE_S):
        assert await one.missing(asking(event, page=2), seconds=3_600) == {"page": 2}
    other = asking(event, page=2).model_copy(update={"tenant": "globex"})
    others = asyncio.create_task(one.missing(other, seconds=3_600))
    await asyncio.sleep(0.05)
    assert not others.done()
    store.documents = {"acme/page": stored(2), "globex/page": stored(2)}
    async with asyncio.timeout(PATIENCE_S):
        assert await asyncio.gather(*waiting, others) == [{}, {}, {}]
        again = asyncio.create_task(one.missing(asking(event, page=3), seconds=3_600))
        await asyncio.sleep(0.05)
    assert not again.done()  # those that waited have made room
    again.cancel()


async def test_one_look_serves_all_who_wait_for_a_document(
    store: Any, event: MakeEvent, waiter: MakeWaiter
) -> None:
    store = store()
    one = waiter(store, per_tenant=100)
    waiting = [
        asyncio.create_task(one.missing(asking(event, page=2), seconds=3_600)) for _ in range(40)
    ]
    while len(store.looks) < 45:
        await asyncio.sleep(0.01)
    assert len(store.looks) < 60  # forty first ones, and then one each round
    store.documents["acme/page"] = stored(2)
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*waiting)


async def test_many_documents_of_a_tenant_do_not_keep_anothers_from_being_seen(
    store: Any, event: MakeEvent, waiter: MakeWaiter
) -> None:
    store = store()
    one = waiter(store, looks=2)
    many = asking(event, **{f"page{n}": 2 for n in range(100)})
    loud = asyncio.create_task(one.missing(many, seconds=3_600))
    await asyncio.sleep(0.05)
    asked = asking(event, page=2).model_copy(update={"tenant": "globex"})
    quiet = asyncio.create_task(one.missing(asked, seconds=3_600))
    while "globex/page" not in store.looks:
        await asyncio.sleep(0)
    store.looks.clear()
    store.documents["globex/page"] = stored(2)
    async with asyncio.timeout(PATIENCE_S):
        assert await quiet == {}
    assert len(store.looks) <= 6
    loud.cancel()


async def test_a_store_that_is_away_for_a_moment_does_not_end_a_wait(
    store: Any, event: MakeEvent, waiter: MakeWaiter
) -> None:
    store = store()
    is_away, looked = False, asyncio.Event()
    current = store.current

    async def now_and_then(ref: DocumentRef) -> StoredDocument | None:
        if is_away:
            looked.set()
            raise Unavailable("down")
        found: StoredDocument | None = await current(ref)
        return found

    store.current = now_and_then
    waiting = asyncio.create_task(waiter(store).missing(asking(event, page=2), seconds=3_600))
    while len(store.looks) < 2:
        await asyncio.sleep(0.01)
    is_away = True
    async with asyncio.timeout(PATIENCE_S):
        await looked.wait()
        is_away = False
        store.documents["acme/page"] = stored(2)
        assert await waiting == {}
