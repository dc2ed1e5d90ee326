"""Reads the lag and members of every stage, and writes them to the views as pipeline state."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from ragline.clock import Clock, Monotonic
from ragline.contracts.indexes import IndexesChanged
from ragline.contracts.topics import (
    CANDIDATES,
    DEAD_LETTERS,
    DOCUMENT_ACCESS,
    DOCUMENTS,
    INTENTS,
    QUERIES,
    RANKED,
    Service,
    Topic,
    consumed_by,
    consumer_group,
)
from ragline.errors import RaglineError
from ragline.messaging.lag import GroupTopic, Look
from ragline.ports.views import IndexState, PipelineState, StageState, ViewWriter
from ragline_monitor.drift_watch import Gauges

log = logging.getLogger(__name__)

# in pipeline order
STAGES: tuple[tuple[Service, Topic], ...] = (
    (Service.CLASSIFIER, QUERIES),
    (Service.RETRIEVER, INTENTS),
    (Service.RERANKER, CANDIDATES),
    (Service.GENERATOR, RANKED),
    (Service.INGESTOR, DOCUMENTS),
)

# what the ingestor reads beside the topic that stands for it in the pipeline
INGESTED_TOO = tuple(topic for topic in consumed_by(Service.INGESTOR) if topic is not DOCUMENTS)

# what an index is filled from
FILLED_FROM = (DOCUMENTS, DOCUMENT_ACCESS)


class GroupReader(Protocol):
    """Queries the broker; see `ragline.messaging.lag.LagReader`."""

    async def look_at_each(self, wanted: Collection[GroupTopic]) -> Mapping[GroupTopic, Look]:
        """Return the lag and members of consumer groups on their topics."""
        ...

    async def stored(self, topic: str) -> int:
        """Return how many records are stored on a topic."""
        ...


class PipelineLook:
    """Publishes the pipeline's state, once per call; `idle` if nothing was under way at the last.

    Args:
        views: the store that the state is written to.
        on_failure: called when it could not be written.
        indexes: returns the indexes now; the pipeline's ingestor is that of the live one.
        gauges: get how far each index, and each topic's ingestor, is behind.
        now: the current instant.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        *,
        views: ViewWriter,
        on_failure: Callable[[], None],
        indexes: Callable[[], IndexesChanged],
        gauges: Gauges,
        now: Clock,
        clock: Monotonic,
    ) -> None:
        self._views = views
        self._on_failure = on_failure
        self._indexes = indexes
        self._gauges = gauges
        self._known: set[str] = set()
        self._now = now
        self._clock = clock
        self._shown = True
        self._finished: dict[Service, tuple[float, int]] = {}
        self.idle = False

    async def __call__(self, reader: GroupReader) -> None:
        """Read the state of all stages and publish it.

        Raises:
            KafkaError: the broker does not answer.
        """
        indexes = self._indexes()
        stages, also = _read_in_stages(indexes), _ingested_too(indexes)
        fills = _fills(indexes)
        dead_letters, looks = await asyncio.gather(
            reader.stored(DEAD_LETTERS.name),
            reader.look_at_each(
                {*stages, *also, *(each for fill in fills.values() for each in fill)}
            ),
        )
        self._measure_ingestor({each.topic: looks[each].lag for each in (stages[-1], *also)})
        state = PipelineState(
            stages=tuple(
                self._stage(service, wanted, looks[wanted])
                for (service, _), wanted in zip(STAGES, stages, strict=True)
            ),
            indexes=tuple(
                _index(name, [looks[each] for each in fill], live=name == indexes.live)
                for name, fill in fills.items()
            ),
            dead_letters=dead_letters,
            seen_at=self._now(),
        )
        self._measure(state.indexes)
        working = any(stage.lag or stage.per_second for stage in state.stages)
        self.idle = not (working or any(index.lag for index in state.indexes))
        try:
            await self._views.note_pipeline(state)
        except RaglineError as error:
            self._on_failure()
            if self._shown:
                log.warning("the pipeline's state cannot be published at the moment: %s", error)
            self._shown = False
        else:
            self._shown = True

    def _measure_ingestor(self, lags: Mapping[str, int]) -> None:
        """Set the gauges of what waits for the ingestor: there at all times, also without one."""
        for topic, lag in lags.items():
            self._gauges.set("ragline_ingest_lag", lag, topic=topic)

    def _measure(self, indexes: Sequence[IndexState]) -> None:
        """Set the gauges of the indexes; those of one that was dropped end at 0."""
        found = {each.name: each for each in indexes}
        for name in sorted(found.keys() | self._known):
            state = found.get(name)
            self._gauges.set("ragline_index_lag", state.lag if state else 0, index=name)
            self._gauges.set("ragline_index_live", float(bool(state and state.live)), index=name)
        self._known = set(found)

    def _stage(self, service: Service, wanted: GroupTopic, look: Look) -> StageState:
        return StageState(
            stage=service,
            topic=wanted.topic,
            lag=look.lag,
            members=look.members,
            per_second=self._rate(service, look.done),
        )

    def _rate(self, service: Service, done: int) -> float | None:
        """Return the records processed per second since the last look; None at the first one."""
        now, last = self._clock(), self._finished.get(service)
        self._finished[service] = (now, done)
        if last is None or now <= last[0]:
            return None
        # after a topic was recreated or a group's offset was reset, the number is lower than before
        return max(0.0, (done - last[1]) / (now - last[0]))


def _read_in_stages(indexes: IndexesChanged) -> list[GroupTopic]:
    return [
        _ingested(topic, indexes.live)
        if service is Service.INGESTOR
        else GroupTopic(group=consumer_group(service, topic), topic=topic.name)
        for service, topic in STAGES
    ]


def _ingested_too(indexes: IndexesChanged) -> list[GroupTopic]:
    return [_ingested(topic, indexes.live) for topic in INGESTED_TOO]


def _fills(indexes: IndexesChanged) -> dict[str, list[GroupTopic]]:
    """Return what fills each index; nothing if there was never more than one."""
    names = sorted(each.name for each in indexes.indexes) if indexes.revision else ()
    return {name: [_ingested(topic, name) for topic in FILLED_FROM] for name in names}


def _ingested(topic: Topic, index: str) -> GroupTopic:
    return GroupTopic(group=consumer_group(Service.INGESTOR, topic, index=index), topic=topic.name)


def _index(name: str, looks: Sequence[Look], *, live: bool) -> IndexState:
    return IndexState(
        name=name,
        live=live,
        done=sum(look.done for look in looks),
        lag=sum(look.lag for look in looks),
        members=min(look.members for look in looks),
    )
