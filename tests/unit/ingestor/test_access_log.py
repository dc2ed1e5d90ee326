"""Who may read a document outlives compaction: what is in force ends up on `document-access`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragline.contracts.documents import DocumentAccessChanged, DocumentChanged, Operation, Outcome
from ragline.errors import InvalidDocument, Unavailable
from ragline.ports.store import DocumentRef, FencedStore, StoredDocument
from ragline.testing.store import MemoryStore
from ragline_ingestor.access_log import AccessLog, Change
from ragline_ingestor.stage import IngestorStage

REF = DocumentRef(tenant="default", document_id="guide.md")
GROUPS = ("hr", "staff", "board")
Recorded = list[DocumentAccessChanged]
MakeStage = Callable[[FencedStore], IngestorStage]


def upsert(version: int, *, content: str = "A page.", **fields: Any) -> DocumentChanged:
    return DocumentChanged(document_id="guide.md", version=version, content=content, **fields)


def delete(version: int, **fields: Any) -> DocumentChanged:
    return DocumentChanged(
        document_id="guide.md", version=version, operation=Operation.DELETE, **fields
    )


def access(version: int, *groups: str, recorded: bool = False) -> DocumentAccessChanged:
    return DocumentAccessChanged(
        document_id="guide.md", version=version, access=groups, recorded=recorded
    )


def new_store() -> MemoryStore:
    return MemoryStore(fingerprint="fake@1", dimensions=2)


async def in_force(store: MemoryStore) -> StoredDocument:
    stored = await store.current(REF)
    assert stored is not None
    return stored


async def settled(stage: IngestorStage, recorded: Recorded) -> None:
    """Read from `document-access` what was recorded there, until nothing more comes."""
    read = 0
    while read < len(recorded):
        await stage(recorded[read])
        read += 1


async def test_a_statement_that_came_with_content_is_recorded_once(
    stage: IngestorStage, recorded: Recorded
) -> None:
    await stage(upsert(1, access=("hr",)))
    assert recorded == [access(1, "hr", recorded=True)]
    await settled(stage, recorded)
    await stage(upsert(1, access=("hr",)))  # redelivered, or replayed
    await stage(upsert(2))
    await settled(stage, recorded)
    assert len(recorded) == 1


async def test_content_that_states_nothing_records_nothing(
    stage: IngestorStage, recorded: Recorded
) -> None:
    await stage(upsert(1))
    await stage(access(2, "hr"))
    await stage(upsert(3))
    assert recorded == []


async def test_what_a_crash_kept_from_being_recorded_is_recorded_with_the_redelivery(
    make_stage: MakeStage, recorded: Recorded
) -> None:
    store = new_store()
    stage = make_stage(store)
    await stage(upsert(1, access=("hr",)))
    recorded.clear()  # the process died after it wrote to the store
    assert (await stage(upsert(1, access=("hr",)))).status is Outcome.UNCHANGED
    assert recorded == [access(1, "hr", recorded=True)]


async def test_an_index_of_an_earlier_release_is_recorded_document_by_document(
    make_stage: MakeStage, recorded: Recorded
) -> None:
    store = new_store()
    await make_stage(store)(upsert(1, access=("hr",)))
    recorded.clear()  # that release knew of no records
    await make_stage(store)(upsert(2))
    assert recorded == [access(1, "hr", recorded=True)]


async def test_everything_known_can_be_recorded_once_more(recorded: Recorded) -> None:
    store = new_store()
    await store.set_access(REF, version=1, access=("hr",))

    async def record(event: DocumentAccessChanged) -> None:
        recorded.append(event)

    await AccessLog(store=store, record=record).note(upsert(2), await store.current(REF))
    assert recorded == []
    everything = AccessLog(store=store, record=record, everything=True)
    await everything.note(upsert(2), await store.current(REF))
    assert recorded == [access(1, "hr", recorded=True)]


async def test_a_late_statement_does_not_stay_the_last_one_on_the_topic(
    stage: IngestorStage, recorded: Recorded
) -> None:
    await stage(access(5, "hr"))
    assert (await stage(access(3, "staff"))).status is Outcome.SUPERSEDED
    assert recorded == [access(5, "hr", recorded=True)]
    await settled(stage, recorded)
    assert len(recorded) == 1


async def test_at_one_version_a_statement_by_itself_wins_over_what_content_states(
    make_stage: MakeStage, recorded: Recorded
) -> None:
    for order in ((0, 1), (1, 0)):
        store, recorded[:] = new_store(), []
        stage = make_stage(store)
        both: list[Change] = [access(3, "hr"), access(3, "staff", recorded=True)]
        for at in order:
            await stage(both[at])
        await settled(stage, recorded)
        assert (await in_force(store)).access == ("hr",)


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
async def test_a_change_that_cannot_be_read_still_limits_who_may_read_the_next(
    make_stage: MakeStage, recorded: Recorded, order: tuple[int, int]
) -> None:
    store = new_store()
    stage = make_stage(store)
    for version in order:
        if version == 1:  # empty, so it fails for good; its publisher sends version 2
            with pytest.raises(InvalidDocument) if order[0] == 1 else nullcontext():
                await stage(upsert(1, content="", access=("hr",)))
        else:
            await stage(upsert(2))
    assert (await in_force(store)).access == ("hr",)
    assert access(1, "hr", recorded=True) in recorded


async def test_a_change_that_cannot_be_read_opens_nothing(
    make_stage: MakeStage, recorded: Recorded
) -> None:
    store = new_store()
    stage = make_stage(store)
    await stage(upsert(1, access=("hr", "staff")))
    for version, groups in enumerate([(), ("board",), ("hr", "board")], start=2):
        with pytest.raises(InvalidDocument):  # what it would replace must not be shown to others
            await stage(upsert(version, content="", access=groups))
        assert (await in_force(store)).access == ("hr", "staff")
    with pytest.raises(InvalidDocument):
        await stage(upsert(9, content="", access=("hr",)))
    assert (await in_force(store)).access == ("hr",)


async def test_a_deletion_that_opens_a_document_shows_nothing_of_it(
    make_stage: MakeStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = new_store()
    await make_stage(store)(upsert(1, access=("hr",)))
    found: list[bool] = []
    set_access = store.set_access

    async def watched(*args: Any, **options: Any) -> Any:
        found.append((await in_force(store)).gone)
        return await set_access(*args, **options)

    monkeypatch.setattr(store, "set_access", watched)
    await make_stage(store)(delete(2, access=()))
    assert found == [True]


async def test_what_is_not_recorded_is_not_set_by_itself(make_stage: MakeStage) -> None:
    store = new_store()

    async def away(_event: DocumentAccessChanged) -> None:
        raise Unavailable("the broker is away")

    await make_stage(store)(upsert(5))
    with pytest.raises(Unavailable):
        await AccessLog(store=store, record=away).keep(
            upsert(3, access=("hr",)), await store.current(REF)
        )
    assert (await in_force(store)).access_version == -1


_STATED = st.none() | st.lists(st.sampled_from(GROUPS), max_size=2, unique=True).map(tuple)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[DocumentChanged], Recorded]:
    """What publishers wrote to the two topics, each in its log's order."""
    documents: list[DocumentChanged] = []
    for version in sorted(draw(st.sets(st.integers(0, 9), min_size=1, max_size=5))):
        make = draw(st.sampled_from([upsert, upsert, delete]))
        documents.append(make(version, access=draw(_STATED)))
    versions = draw(st.lists(st.integers(0, 9), max_size=3, unique=True))
    stated = [access(version, *(draw(_STATED) or ())) for version in versions]
    return documents, stated


@given(history=histories(), random=st.randoms(use_true_random=False))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_index_made_from_the_compacted_topics_shows_what_the_live_one_shows(
    make_stage: MakeStage,
    recorded: Recorded,
    history: tuple[list[DocumentChanged], Recorded],
    random: Random,
) -> None:
    documents, stated = history
    asyncio.run(_compare(make_stage, recorded, documents, stated, random))


async def _compare(
    make_stage: MakeStage,
    log: Recorded,
    documents: list[DocumentChanged],
    stated: Recorded,
    random: Random,
) -> None:
    log[:] = stated  # `document-access`; the ingestor's own records are appended to it
    live = new_store()
    stage = make_stage(live)
    todo: list[DocumentChanged] = list(documents)
    read = 0
    while todo or read < len(log):
        if todo and (read == len(log) or random.random() < 0.5):
            # retries change the order, and a process that dies repeats records
            chosen = random.choice(todo)
            await stage(chosen)
            if random.random() < 0.7:
                todo.remove(chosen)
        else:
            await stage(log[read])
            read += 1

    compacted: list[DocumentAccessChanged | DocumentChanged] = [*log[-1:], documents[-1]]
    rebuilt = new_store()
    for change in compacted:
        await make_stage(rebuilt)(change)
    was, now = await in_force(live), await in_force(rebuilt)
    assert (now.version, now.gone) == (was.version, was.gone)
    assert (now.access_version, set(now.access)) == (was.access_version, set(was.access))
