"""Reads the live answers as they arrive, and keeps those to the shadow's questions."""

from __future__ import annotations

from itertools import chain

from aiokafka import AIOKafkaConsumer, ConsumerRecord

from ragline.clock import Clock, epoch_ms
from ragline.contracts.answers import QueryAnswered
from ragline_cli.kafka.events import parse
from ragline_cli.shadow.live_answers import LiveAnswers
from ragline_cli.shadow.offsets import Offsets
from ragline_cli.shadow.options import Counts
from ragline_evaluation.shadow.sampling import sampled

_POLL_MS = 200
_AT_ONCE = 200


class Listener:
    """Reads every live answer.

    Args:
        consumer: started, at the committed offsets.
        share: the share of questions that the shadow runs.
        hold_s: age in seconds at which an answer without its question is released, because the
            question would be too old as well.
        live: receives the answers.
        counts: counts the records that are not answers.
        clock: the current instant, aware.
    """

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        *,
        share: float,
        hold_s: float,
        live: LiveAnswers,
        counts: Counts,
        clock: Clock,
    ) -> None:
        self.offsets = Offsets(consumer)
        self._consumer = consumer
        self._share = share
        self._hold_ms = hold_s * 1000
        self._live = live
        self._counts = counts
        self._clock = clock

    async def listen(self) -> None:
        """Read until cancelled."""
        while True:
            batch = await self._consumer.getmany(timeout_ms=_POLL_MS, max_records=_AT_ONCE)
            for record in chain.from_iterable(batch.values()):
                self._one(record)
            self._live.let_go_of_older(epoch_ms(self._clock()) - self._hold_ms)

    def _one(self, record: ConsumerRecord) -> None:
        done = self.offsets.admit(record)
        # keys are query ids, so most answers need not be parsed
        if record.key is not None and not sampled(_text(record.key), self._share):
            done()
            return
        answer = parse(QueryAnswered, record.value)
        if answer is None:
            self._counts.poison_answers += 1
            done()
        else:
            self._live.arrived(answer, appended_ms=record.timestamp, let_go=done)


def _text(key: bytes) -> str:
    return key.decode("utf-8", "replace")
