"""One erasure: look, remove, read back. Each step can be repeated, so a killed one is run again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ragline.clock import Clock
from ragline.contracts.base import QueryRef
from ragline.contracts.topics import DEAD_LETTERS, DOCUMENT_ACCESS, DOCUMENTS, Topic
from ragline.messaging.kafka_clients import open_admin, open_producer
from ragline.ports.store import DocumentRef, StoredDocument
from ragline_cli.erase.erasable_store import ErasableStore
from ragline_cli.erase.findings import Findings, ingestor_place, is_complete, places
from ragline_cli.erase.holders import Holders, open_holders
from ragline_cli.erase.kafka_removal import (
    drop_dead_letters,
    empty_queue,
    ingestor_has_read,
    store_tombstones,
)
from ragline_cli.erase.lifetimes import closes_after_s
from ragline_cli.erase.log_findings import READ_IN_ORDER, TOMBSTONED, WORK_QUEUES, LogFindings
from ragline_cli.erase.log_survey import read_log
from ragline_cli.erase.receipt import ErasureRun
from ragline_cli.erase.redis_traces import (
    Kind,
    RedisTraces,
    find_traces,
    forget_recent,
    remove_keys,
)
from ragline_cli.erase.subject import Subject
from ragline_cli.kafka.client import COMMAND_LINE
from ragline_cli.kafka.extent import OnProgress
from ragline_cli.kafka.topics import read_topics
from ragline_cli.stack.operator_settings import OperatorSettings

OnRun = Callable[[ErasureRun], None]
"""Gets a run when it begins to remove, and when it has ended."""

# the ingestor may record a statement about access while it deletes
_MOST_LOOKS = 3
_LOOK_AGAIN_S = 5.0


@dataclass(frozen=True, slots=True)
class _Look:
    """What was found, with what is needed to remove it: each Redis' keys, and those of vectors."""

    findings: Findings
    traces: Sequence[RedisTraces]
    vectors: Sequence[str]


class Erasure:
    """Looks for a subject everywhere, and removes it.

    Args:
        settings: how to reach Kafka, Redis and the store.
        subject: what is erased.
        clock: wall-clock time, for the receipt.
        on_progress: gets each phase, and how far it is.
    """

    def __init__(
        self,
        settings: OperatorSettings,
        subject: Subject,
        *,
        clock: Clock,
        on_progress: OnProgress,
    ) -> None:
        self._settings = settings
        self._subject = subject
        self._clock = clock
        self._on_progress = on_progress

    async def plan(self) -> ErasureRun:
        """Return what there is, and change nothing.

        Raises:
            Unavailable: Kafka, Redis or a store is down.
            Misconfigured: one of them refuses.
        """
        async with open_holders(self._settings) as holders:
            look = await self._look("looking at", holders)
        return ErasureRun(started_at=self._clock(), places=places(look.findings, None))

    async def execute(self, on_run: OnRun, *, wait_s: float) -> ErasureRun:
        """Remove what there is, and read everything back. Raises as `plan`.

        Args:
            on_run: gets the run before anything is removed, and again at its end.
            wait_s: how long to wait for the ingestors, and for compaction.
        """
        async with open_holders(self._settings) as holders:
            before = await self._look("looking at", holders)
            run = ErasureRun(started_at=self._clock(), places=places(before.findings, None))
            on_run(run)
            until = asyncio.get_running_loop().time() + wait_s
            have_read = await self._remove(before, holders, wait_s=wait_s)
        # anew: an index may have been made meanwhile
        async with open_holders(self._settings) as holders:
            after = await self._read_back(before, holders, until=until)
        told = (
            *places(before.findings, after.findings),
            *(
                ingestor_place(index, has_read=has_read, at=self._clock())
                for index, has_read in have_read.items()
            ),
        )
        run = run.model_copy(
            update={
                "finished_at": self._clock(),
                "places": told,
                "complete": is_complete(told),
            }
        )
        on_run(run)
        return run

    async def _look(self, phase: str, holders: Holders, *, earlier: _Look | None = None) -> _Look:
        subject, known = self._subject, earlier.findings if earlier else None
        queries = set(known.log.queries) if known else set[QueryRef]()
        # answers in Redis tell of queries that the topics do not hold any more
        for redis in holders.redises:
            found = await find_traces(redis, subject, queries=queries, documents=())
            queries |= found.queries
        log = await read_log(
            self._settings.kafka, subject, self._on_progress, phase=phase, queries=queries
        )
        named = log.document_ids | set(subject.documents or ()) | (known.names if known else set())
        stored = {each.name: dict[str, StoredDocument]() for each in holders.indexes.indexes}
        vectors: list[str] = []
        for store in holders.stores:
            stored[store.index], of_texts = await self._in_store(store, named)
            vectors += of_texts
        keys = earlier.vectors if earlier else vectors
        traces = [
            await find_traces(
                redis, subject, queries=log.queries, documents=sorted(named), embeddings=keys
            )
            for redis in holders.redises
        ]
        findings = Findings(
            log=log,
            stored={index: _with_content(each) for index, each in stored.items()},
            keys={kind: sum(len(each.keys.get(kind, ())) for each in traces) for kind in Kind},
            configs=await self._configs(),
            versions=_versions(log, stored.values()),
        )
        return _Look(findings, traces, keys)

    async def _in_store(
        self, store: ErasableStore, named: set[str]
    ) -> tuple[dict[str, StoredDocument], list[str]]:
        stored: dict[str, StoredDocument] = {}
        vectors: list[str] = []
        for done, name in enumerate(sorted(named), 1):
            ref = DocumentRef(tenant=self._subject.tenant, document_id=name)
            if (state := await store.state(ref)) is not None:
                stored[name] = state
                if _has_content(state):
                    vectors += await store.embedding_keys(ref, state)
            self._on_progress(f"looking into the store of {store.index}", done, len(named))
        return stored, vectors

    async def _configs(self) -> dict[str, dict[str, str]]:
        async with open_admin(self._settings.kafka, COMMAND_LINE) as admin:
            found = await read_topics(admin, {topic.name for topic in READ_IN_ORDER})
        return {name: dict(topic.config) for name, topic in found.items()}

    async def _remove(self, before: _Look, holders: Holders, *, wait_s: float) -> dict[str, bool]:
        """Remove everything in an order in which a killed run leaves nothing that cannot be found.

        The vectors go while the stores still have the texts that they are of. Returns of each index
        whether its ingestor has read the deletion.
        """
        findings = before.findings
        for redis, traces in zip(holders.redises, before.traces, strict=True):
            await remove_keys(redis, traces.keys.get(Kind.EMBEDDING, ()))
        filled = holders.filled
        have_read = await self._tombstone(findings, DOCUMENTS, filled, wait_s=wait_s)
        for store in holders.stores:
            names = sorted(findings.stored[store.index])
            for done, name in enumerate(names, 1):
                ref = DocumentRef(tenant=self._subject.tenant, document_id=name)
                await store.remove(ref, findings.versions[name])
                self._on_progress(f"removing from the store of {store.index}", done, len(names))
        # afterwards, because an ingestor may record who may read while it deletes
        await self._tombstone(findings, DOCUMENT_ACCESS, filled, wait_s=wait_s)
        for redis, traces in zip(holders.redises, before.traces, strict=True):
            for keys in traces.keys.values():
                await remove_keys(redis, keys)
            await forget_recent(redis, self._subject, findings.versions)
        await self._clear_queues(findings, filled)
        return have_read

    async def _tombstone(
        self, findings: Findings, topic: Topic, filled: Sequence[str] = (), *, wait_s: float
    ) -> dict[str, bool]:
        """Store tombstones where a key has a value; return of each index whether it has them."""
        found = findings.log.topics[topic.name]
        wanted = [place for place, each in found.keys.items() if each.valued]
        kafka = self._settings.kafka
        async with open_producer(kafka, COMMAND_LINE) as producer:
            ends = await store_tombstones(producer, topic, wanted, findings.versions)
        self._on_progress(f"tombstones on {topic.name}", len(wanted), len(wanted))
        until = asyncio.get_running_loop().time() + wait_s
        async with open_admin(kafka, COMMAND_LINE) as admin:
            return {
                index: await ingestor_has_read(admin, topic, ends, index=index, until=until)
                for index in filled
            }

    async def _clear_queues(self, findings: Findings, filled: Sequence[str]) -> None:
        kafka, log = self._settings.kafka, findings.log
        async with open_admin(kafka, COMMAND_LINE) as admin:
            for queue in WORK_QUEUES:
                if partitions := log.topics[queue.name].partitions:
                    await empty_queue(admin, queue, partitions, indexes=filled)
        if letters := log.topics[DEAD_LETTERS.name].places:
            async with open_producer(kafka, COMMAND_LINE) as producer:
                await drop_dead_letters(producer, letters, clock=self._clock)

    async def _read_back(self, before: _Look, holders: Holders, *, until: float) -> _Look:
        clock = asyncio.get_running_loop().time
        for _ in range(_MOST_LOOKS):
            after = await self._look("reading back", holders, earlier=before)
            again = [t for t in TOMBSTONED if after.findings.log.topics[t.name].open]
            for topic in again:
                await self._tombstone(after.findings, topic, wait_s=0)
            if not again:
                break
        stored_at = {topic.name: clock() for topic in TOMBSTONED}
        while _compacts_before(after, until - clock()) and clock() + _LOOK_AGAIN_S < until:
            await asyncio.sleep(_LOOK_AGAIN_S)
            configs = after.findings.configs
            for topic in TOMBSTONED:
                if clock() - stored_at[topic.name] > closes_after_s(configs.get(topic.name, {})):
                    await self._tombstone(after.findings, topic, wait_s=0)
                    stored_at[topic.name] = clock()
            after = await self._look("waiting for compaction of", holders, earlier=before)
        return after


def _compacts_before(look: _Look, seconds: float) -> bool:
    """Tell whether there is something to compact, and compaction can come so soon."""
    findings = look.findings
    return any(
        findings.log.topics[topic.name].records
        and closes_after_s(findings.configs.get(topic.name, {})) < seconds
        for topic in TOMBSTONED
    )


def _has_content(state: StoredDocument) -> bool:
    return state.version >= 0 and not state.gone


def _with_content(stored: Mapping[str, StoredDocument]) -> dict[str, StoredDocument]:
    return {name: each for name, each in stored.items() if _has_content(each)}


def _versions(log: LogFindings, stored: Iterable[Mapping[str, StoredDocument]]) -> dict[str, int]:
    """Return up to which version each document is deleted: the highest one that is known."""
    found = {name: max(0, version) for name, version in log.versions.items()}
    for each in stored:
        for name, state in each.items():
            found[name] = max(found.get(name, 0), state.version)
    return found
