"""A stub of the pipeline's two ends: `queries` in, tokens and `answers` out.

For tests and load runs of the gateway. It streams tokens as the generator does, and claims answers
before it publishes them, as the stages do.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pydantic import ValidationError
from redis.asyncio import Redis

from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.ledger import RedisAnswerLedger
from ragline.adapters.redis.optional import OptionalRedis
from ragline.adapters.redis.progress import RedisProgress
from ragline.adapters.redis.token_stream import RedisTokenStream
from ragline.background import beside
from ragline.clock import epoch_ms, utc_now
from ragline.contracts.answers import AnswerStatus, Citation, QueryAnswered, StageTiming
from ragline.contracts.base import QueryRef
from ragline.contracts.cloudevents import encode_headers
from ragline.contracts.queries import QuerySubmitted
from ragline.contracts.topics import ANSWERS, QUERIES, QUERY_STAGES
from ragline.messaging.kafka_clients import ClientProfile, open_producer, open_tail
from ragline.ports.answers import Attempt
from ragline.settings import KafkaSettings, RedisSettings

log = logging.getLogger(__name__)

_AT_ONCE = 32
_WRITERS = 20


class StubQuestion:
    """One question, and the actions that a script can take on it."""

    def __init__(self, query: QuerySubmitted, pipeline: StubPipeline) -> None:
        self.query = query
        self._pipeline = pipeline
        self._tokens = pipeline.writer_of(query.ref)
        self._attempt = 0

    async def begin(self) -> None:
        """Report the start of all stages, and begin an attempt."""
        timings: list[StageTiming] = []
        for stage in QUERY_STAGES:
            now = epoch_ms(utc_now())
            self._pipeline.progress.begun(
                self.query.ref, stage, queued=now, started=now, timings=timings
            )
            timings.append(StageTiming(stage=stage, queued=now, started=now, finished=now))
        self._attempt = await self._tokens.start(self.query.ref)

    async def say(self, text: str) -> None:
        """Send text."""
        await self._tokens.append(self.query.ref, attempt=self._attempt, text=text)

    async def cancelled(self) -> bool:
        """Tell whether a reader asked to stop."""
        return await self._tokens.cancelled(self.query.ref)

    async def answer(
        self,
        text: str,
        status: AnswerStatus = AnswerStatus.ANSWERED,
        citations: tuple[Citation, ...] = (),
        **fields: object,
    ) -> None:
        """End the attempt, claim the answer and publish it."""
        query = self.query
        if self._attempt:
            await self._tokens.finish(query.ref, attempt=self._attempt, status=status)
        answer = QueryAnswered.model_validate(
            {
                "query_id": query.query_id,
                "tenant": query.tenant,
                "status": status,
                "text": text,
                "citations": citations,
                "answered_at": utc_now(),
                **fields,
            }
        )
        await self._pipeline.publish(answer)


Script = Callable[[StubQuestion], Awaitable[None]]


class StubPipeline:
    """Runs a script for each question; `seen` holds the questions by id."""

    def __init__(
        self,
        *,
        consumer: AIOKafkaConsumer,
        producer: AIOKafkaProducer,
        writers: Sequence[RedisTokenStream],
        progress: RedisProgress,
        ledger: RedisAnswerLedger,
    ) -> None:
        self._consumer = consumer
        self._producer = producer
        self._writers = writers
        self.progress = progress
        self._ledger = ledger
        self._places = asyncio.Semaphore(_AT_ONCE)
        self.seen: dict[str, QuerySubmitted] = {}

    def writer_of(self, query: QueryRef) -> RedisTokenStream:
        """Return the token stream writer of a question; one writer serves a thousand questions."""
        return self._writers[hash(query) % len(self._writers)]

    async def publish(self, answer: QueryAnswered) -> None:
        """Claim an answer and publish the winner's bytes."""
        async with self._places:
            value = await self._ledger.claim(Attempt.of(answer), answer.to_json())
            headers = encode_headers(answer, value, source="/ragline/stub")
            await self._producer.send_and_wait(
                ANSWERS.name, value, key=answer.key.encode(), headers=headers
            )

    async def run(self, script: Script) -> None:
        """Run `script` for each question until cancelled."""
        async with asyncio.TaskGroup() as running:
            async for record in self._consumer:
                try:
                    query = QuerySubmitted.model_validate_json(record.value or b"")
                except ValidationError:
                    continue
                self.seen[query.query_id] = query
                running.create_task(_run(script, StubQuestion(query, self)))


async def _run(script: Script, question: StubQuestion) -> None:
    try:
        await script(question)
    except Exception:
        log.exception("the script of a question failed")


def _optional(client: Redis, name: str) -> OptionalRedis:
    return OptionalRedis(
        client, name, on_failure=lambda operation: log.warning("%s: %s failed", name, operation)
    )


def _writer(client: Redis, settings: RedisSettings) -> RedisTokenStream:
    return RedisTokenStream(
        _optional(client, "token stream"),
        ttl_s=settings.stream_ttl_s,
        maxlen=settings.stream_maxlen,
        coalesce_s=settings.stream_coalesce_ms / 1000,
    )


@asynccontextmanager
async def stub_pipeline(
    kafka: KafkaSettings, redis: RedisSettings, script: Script
) -> AsyncIterator[StubPipeline]:
    """Answer the questions that are published while the block runs."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(open_redis(redis))
        profile = ClientProfile(client_id="ragline-stub")
        consumer = await stack.enter_async_context(open_tail(kafka, profile, QUERIES.name))
        producer = await stack.enter_async_context(open_producer(kafka, profile))
        pipeline = StubPipeline(
            consumer=consumer,
            producer=producer,
            writers=[_writer(client, redis) for _ in range(_WRITERS)],
            progress=RedisProgress(
                _optional(client, "progress"),
                ttl_s=redis.stream_ttl_s,
                maxlen=redis.stream_maxlen,
            ),
            ledger=RedisAnswerLedger(client, ttl_s=redis.answer_ttl_s, lease_s=6.0),
        )
        stack.push_async_callback(pipeline.progress.settle)
        async with beside(pipeline.run(script)):
            yield pipeline
