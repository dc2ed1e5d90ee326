"""Ask a question of the pipeline: publish, follow the token stream, wait for the answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from ragline.clock import Clock, utc_now
from ragline.contracts.answers import QueryAnswered
from ragline.contracts.base import QueryRef
from ragline.contracts.cloudevents import Envelope
from ragline.contracts.queries import QuerySubmitted
from ragline.contracts.question import question_digest
from ragline.contracts.topics import ANSWERS
from ragline.errors import DeadlineExceeded, RaglineError, Unavailable
from ragline.messaging.kafka_clients import open_producer, open_tail
from ragline.settings import KafkaSettings, RedisSettings
from ragline_cli.kafka.client import COMMAND_LINE, kafka_settings, translated
from ragline_cli.kafka.events import parse, publish

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from ragline.adapters.redis.token_reader import TokenEvent

OnToken = Callable[["TokenEvent"], None]

DEFAULT_TIMEOUT_S = 60.0
_GRACE_S = 5.0  # the pipeline itself answers `expired` at the deadline: give it time to do so

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Asked:
    digest: str
    answered: asyncio.Future[QueryAnswered]


class Asker:
    """Asks any number of questions at a time over one producer and one reader of `answers`."""

    def __init__(
        self,
        kafka: KafkaSettings,
        producer: AIOKafkaProducer,
        redis: Redis | None,
        *,
        clock: Clock = utc_now,
    ) -> None:
        self._kafka = kafka
        self._producer = producer
        self._redis = redis
        self._clock = clock
        self._waiting: dict[QueryRef, _Asked] = {}

    async def ask(
        self,
        query: QuerySubmitted,
        *,
        on_token: OnToken | None = None,
        timeout: float = DEFAULT_TIMEOUT_S,
    ) -> QueryAnswered:
        """Publish `query` and return its terminal answer, whatever its status.

        `on_token` gets the entries of the token stream as they arrive; a late or failed stream does
        no harm, because the answer has all of the text. The question's deadline is `timeout`
        seconds from now unless the question states one.

        Raises:
            Unavailable: Kafka cannot be reached.
            DeadlineExceeded: no terminal answer came, not even `expired`.
        """
        query, envelope = self._stamped(query, timeout)
        answered = asyncio.get_running_loop().create_future()
        self._waiting[query.ref] = _Asked(question_digest(query), answered)
        reader = asyncio.create_task(self._follow(query, on_token))
        try:
            with translated(self._kafka):
                await publish(self._producer, query, envelope=envelope)
            return await _in_time(answered, query.query_id, timeout + _GRACE_S)
        finally:
            reader.cancel()
            del self._waiting[query.ref]

    async def listen(self, consumer: AIOKafkaConsumer) -> None:
        """Pass arriving answers to the calls that wait for them; runs until cancelled."""
        try:
            with translated(self._kafka):
                async for record in consumer:
                    self._deliver(parse(QueryAnswered, record.value))
        except RaglineError as error:
            for waiting in self._waiting.values():
                if not waiting.answered.done():
                    waiting.answered.set_exception(error)

    def _deliver(self, answer: QueryAnswered | None) -> None:
        waiting = None if answer is None else self._waiting.get(answer.ref)
        if answer is None or waiting is None:
            return  # the answer to another client's question
        if answer.question_digest not in (None, waiting.digest):
            return  # that of another question, which has the same id
        if not waiting.answered.done():
            waiting.answered.set_result(answer)

    def _stamped(self, query: QuerySubmitted, timeout: float) -> tuple[QuerySubmitted, Envelope]:
        now = self._clock()
        deadline = query.deadline or now + timedelta(seconds=timeout)
        stamps = {"submitted_at": query.submitted_at or now, "deadline": deadline}
        envelope = Envelope(deadline=int(deadline.timestamp() * 1000), tenant=query.tenant)
        return query.model_copy(update=stamps), envelope

    async def _follow(self, query: QuerySubmitted, on_token: OnToken | None) -> None:
        if self._redis is None or on_token is None:
            return
        from ragline.adapters.redis.token_reader import read_tokens

        try:
            async for event in read_tokens(self._redis, query.ref):
                on_token(event)
        except Unavailable as error:
            log.warning("the token stream ended early: %s", error)


async def _in_time(
    answered: asyncio.Future[QueryAnswered], query_id: str, timeout: float
) -> QueryAnswered:
    try:
        async with asyncio.timeout(timeout):
            return await answered
    except TimeoutError as error:
        raise DeadlineExceeded(
            f"no answer to {query_id} within {timeout:.0f} s; "
            "look at `ragline status` and at the services' logs"
        ) from error


@asynccontextmanager
async def open_asker(
    kafka: KafkaSettings | str, redis: RedisSettings | None = None
) -> AsyncIterator[Asker]:
    """Open an `Asker`; without `redis` nothing is streamed. Raises as `open_admin`."""
    settings = kafka_settings(kafka)
    async with AsyncExitStack() as stack:
        # The reader is at the end of `answers` before the first question is published
        consumer = await stack.enter_async_context(open_tail(settings, COMMAND_LINE, ANSWERS.name))
        producer = await stack.enter_async_context(open_producer(settings, COMMAND_LINE))
        client = await stack.enter_async_context(_open_redis(redis)) if redis else None
        asker = Asker(settings, producer, client)
        listening = asyncio.create_task(asker.listen(consumer))
        try:
            yield asker
        finally:
            listening.cancel()


def _open_redis(redis: RedisSettings) -> AbstractAsyncContextManager[Redis]:
    # Its client would hold up the first call to Kafka
    from ragline.adapters.redis.client import open_redis

    return open_redis(redis)


async def ask(
    kafka: KafkaSettings | str,
    query: QuerySubmitted,
    *,
    redis: RedisSettings | None = None,
    on_token: OnToken | None = None,
    timeout: float = DEFAULT_TIMEOUT_S,
) -> QueryAnswered:
    """Ask one question over its own connections. Raises as `Asker.ask`."""
    async with open_asker(kafka, redis) as asker:
        return await asker.ask(query, on_token=on_token, timeout=timeout)
