"""Reads the live questions from their topic, samples them, and passes them on to be run."""

from __future__ import annotations

from itertools import chain

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition

from ragline.contracts.topics import QUERIES
from ragline_cli.shadow.live_answers import LiveAnswers
from ragline_cli.shadow.offsets import Offsets
from ragline_cli.shadow.options import Counts
from ragline_cli.shadow.question import LiveQuestion, read
from ragline_cli.shadow.runs import Runs
from ragline_evaluation.shadow.sampling import sampled

_POLL_MS = 200
_AT_ONCE = 50


class Questions(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Reads the questions of the partitions that the group assigns to us.

    Args:
        consumer: not started; `join` starts it.
        share: the share of questions to run, in [0, 1].
        live: knows which questions are settled.
        runs: runs the questions.
        counts: counts the outcomes of questions that are not run.
    """

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        *,
        share: float,
        live: LiveAnswers,
        runs: Runs,
        counts: Counts,
    ) -> None:
        self.offsets = Offsets(consumer)
        self._consumer = consumer
        self._share = share
        self._live = live
        self._runs = runs
        self._counts = counts
        self._rebalances = 0

    async def join(self) -> None:
        """Become a member of the group, and wait for partitions."""
        self._consumer.subscribe([QUERIES.name], listener=self)
        await self._consumer.start()

    async def take(self) -> None:
        """Take questions until there are enough pairs, or until cancelled."""
        while not self._runs.enough:
            batch = await self._consumer.getmany(timeout_ms=_POLL_MS, max_records=_AT_ONCE)
            fetched = self._rebalances
            for record in chain.from_iterable(batch.values()):
                await self._runs.room()
                # records fetched before a rebalance are fetched again by the next owner
                if self._runs.enough or fetched != self._rebalances:
                    break
                await self._one(record)

    async def on_partitions_revoked(self, _revoked: set[TopicPartition]) -> None:
        """Commit finished records, and leave the others to the partitions' next owner."""
        self._rebalances += 1
        await self.offsets.commit()
        self._runs.abandon()
        self.offsets.drop()

    async def on_partitions_assigned(self, _assigned: set[TopicPartition]) -> None:
        """Do nothing: the client itself starts at the committed offsets."""

    async def _one(self, record: ConsumerRecord) -> None:
        before = self._rebalances
        question = self._wanted(record)
        if question is None:
            return
        in_time = await self._runs.place(question)
        if before != self._rebalances:
            if in_time:
                self._runs.leave()
        elif in_time:
            self._runs.start(question)
        else:
            self._counts.skipped_behind += 1
            self._runs.pass_over(question)

    def _wanted(self, record: ConsumerRecord) -> LiveQuestion | None:
        """Return the question if it is to be run; else mark it as finished and return None."""
        done = self.offsets.admit(record)
        question = read(record, done)
        if question is None:
            self._counts.poison_queries += 1
        elif not sampled(question.query.query_id, self._share):
            self._counts.not_sampled += 1
        elif self._live.knows(question.attempt):
            self._counts.repeats += 1
        else:
            return question
        done()
        return None
