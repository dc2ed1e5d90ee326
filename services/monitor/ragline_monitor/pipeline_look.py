"""Reads the lag and members of every stage, and writes them to the views as pipeline state."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from ragline.clock import Clock, Monotonic
from ragline.contracts.topics import (
    CANDIDATES,
    DEAD_LETTERS,
    DOCUMENTS,
    INTENTS,
    QUERIES,
    RANKED,
    Service,
    Topic,
    consumer_group,
)
from ragline.errors import RaglineError
from ragline.messaging.lag import GroupTopic, Look
from ragline.ports.views import PipelineState, StageState, ViewWriter

log = logging.getLogger(__name__)

# in pipeline order
STAGES: tuple[tuple[Service, Topic], ...] = (
    (Service.CLASSIFIER, QUERIES),
    (Service.RETRIEVER, INTENTS),
    (Service.RERANKER, CANDIDATES),
    (Service.GENERATOR, RANKED),
    (Service.INGESTOR, DOCUMENTS),
)


class GroupReader(Protocol):
    """Queries the broker; see `ragline.messaging.lag.LagReader`."""

    async def look_at(self, wanted: GroupTopic) -> Look:
        """Return the lag and members of a consumer group on its topic."""
        ...

    async def stored(self, topic: str) -> int:
        """Return how many records are stored on a topic."""
        ...


class PipelineLook:
    """Publishes the pipeline's state, once per call; `idle` if nothing was under way at the last.

    Args:
        views: the store that the state is written to.
        on_failure: called when it could not be written.
        now: the current instant.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        *,
        views: ViewWriter,
        on_failure: Callable[[], None],
        now: Clock,
        clock: Monotonic,
    ) -> None:
        self._views = views
        self._on_failure = on_failure
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
        dead_letters, *stages = await asyncio.gather(
            reader.stored(DEAD_LETTERS.name),
            *(self._stage(reader, service, topic) for service, topic in STAGES),
        )
        state = PipelineState(stages=tuple(stages), dead_letters=dead_letters, seen_at=self._now())
        self.idle = not any(stage.lag or stage.per_second for stage in state.stages)
        try:
            await self._views.note_pipeline(state)
        except RaglineError as error:
            self._on_failure()
            if self._shown:
                log.warning("the pipeline's state cannot be published at the moment: %s", error)
            self._shown = False
        else:
            self._shown = True

    async def _stage(self, reader: GroupReader, service: Service, topic: Topic) -> StageState:
        look = await reader.look_at(
            GroupTopic(group=consumer_group(service, topic), topic=topic.name)
        )
        return StageState(
            stage=service,
            topic=topic.name,
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
