"""A question gets its own terminal answer, however busy the topic is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiokafka.errors import KafkaConnectionError

from ragline.adapters.redis import client, token_reader
from ragline.adapters.redis.token_reader import TokenEvent
from ragline.contracts.answers import AnswerStatus, QueryAnswered
from ragline.contracts.base import QueryRef
from ragline.contracts.cloudevents import decode_headers
from ragline.contracts.queries import QuerySubmitted
from ragline.contracts.question import question_digest
from ragline.errors import DeadlineExceeded, Unavailable
from ragline.settings import RedisSettings
from ragline_cli.ask import asker as asker_module
from ragline_cli.ask.asker import ask, open_asker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.unit.cli.conftest import FakeKafka, Sent

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def question(name: str = "q", **fields: Any) -> QuerySubmitted:
    return QuerySubmitted(query_id=name, text="why?", tenant="t", **fields)


def answer(name: str, text: str = "") -> bytes:
    status = AnswerStatus.ANSWERED
    return QueryAnswered(
        query_id=name, tenant="t", status=status, text=text, answered_at=NOW
    ).to_json()


def answers(sent: Sent) -> Iterator[bytes]:
    yield answer(sent.key.decode(), text=f"answer to {sent.key.decode()}")


async def test_the_answer_to_the_question_comes_back(fake_kafka: FakeKafka) -> None:
    fake_kafka.respond = answers
    found = await ask("k:1", question("q"))
    assert found.text == "answer to q"
    assert fake_kafka.tails == ["answers"]


async def test_other_answers_and_broken_records_are_passed_over(fake_kafka: FakeKafka) -> None:
    fake_kafka.respond = lambda _: [answer("other"), b"{", None, answer("q", "mine")]
    assert (await ask("k:1", question("q"))).text == "mine"


async def test_the_first_answer_counts(fake_kafka: FakeKafka) -> None:
    fake_kafka.respond = lambda _: [answer("q", "first"), answer("q", "second")]
    assert (await ask("k:1", question("q"))).text == "first"


async def test_many_questions_share_one_reader(fake_kafka: FakeKafka) -> None:
    fake_kafka.respond = answers
    names = [f"q{number}" for number in range(20)]
    async with open_asker("k:1") as asker:
        found = await asyncio.gather(*(asker.ask(question(name)) for name in names))
    assert [each.text for each in found] == [f"answer to {name}" for name in names]
    assert fake_kafka.tails == ["answers"]


async def test_the_deadline_travels_with_the_question(fake_kafka: FakeKafka) -> None:
    fake_kafka.respond = answers
    before = datetime.now(UTC)
    await ask("k:1", question("q"), timeout=30)
    after = datetime.now(UTC)
    (sent,) = fake_kafka.sent
    published = QuerySubmitted.model_validate_json(sent.value)
    assert published.submitted_at is not None
    assert before <= published.submitted_at <= after
    assert published.deadline == published.submitted_at + timedelta(seconds=30)
    envelope = decode_headers(sent.headers)
    assert envelope.deadline == int(published.deadline.timestamp() * 1000)
    assert envelope.tenant == "t"


async def test_a_deadline_of_the_questions_own_is_kept(fake_kafka: FakeKafka) -> None:
    fake_kafka.respond = answers
    await ask("k:1", question("q", deadline=NOW, submitted_at=NOW), timeout=30)
    published = QuerySubmitted.model_validate_json(fake_kafka.sent[0].value)
    assert published.deadline == published.submitted_at == NOW


async def test_without_any_answer_the_wait_ends_and_says_where_to_look(
    fake_kafka: FakeKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asker_module, "_GRACE_S", 0.01)
    with pytest.raises(DeadlineExceeded, match="ragline status"):
        await ask("k:1", question("q"), timeout=0.01)
    assert len(fake_kafka.sent) == 1


async def test_a_reader_that_breaks_ends_every_wait(fake_kafka: FakeKafka) -> None:
    async with open_asker("k:1") as asker:
        waiting = [asyncio.create_task(asker.ask(question(name))) for name in ("a", "b")]
        await asyncio.sleep(0)
        fake_kafka.arrive(KafkaConnectionError("gone"))
        for found in await asyncio.gather(*waiting, return_exceptions=True):
            assert isinstance(found, Unavailable)


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> list[TokenEvent | Exception]:
    """What the token stream of any question holds."""
    entries: list[TokenEvent | Exception] = []

    async def read_tokens(_redis: object, _query: QueryRef) -> AsyncIterator[TokenEvent]:
        for entry in entries:
            if isinstance(entry, Exception):
                raise entry
            yield entry

    @asynccontextmanager
    async def open_redis(_settings: RedisSettings) -> AsyncIterator[object]:
        yield object()

    monkeypatch.setattr(token_reader, "read_tokens", read_tokens)
    monkeypatch.setattr(client, "open_redis", open_redis)
    return entries


async def test_tokens_are_handed_on_while_the_answer_is_awaited(
    fake_kafka: FakeKafka, stream: list[TokenEvent | Exception]
) -> None:
    stream.append(TokenEvent(id="1-0", attempt=1, seq=0, delta="Use"))
    seen: list[TokenEvent] = []

    def on_token(event: TokenEvent) -> None:
        seen.append(event)
        fake_kafka.arrive(answer("q", "Use x."))

    found = await ask("k:1", question("q"), redis=RedisSettings(), on_token=on_token)
    assert seen == stream
    assert found.text == "Use x."


async def test_a_broken_stream_does_not_touch_the_answer(
    fake_kafka: FakeKafka, stream: list[TokenEvent | Exception], caplog: pytest.LogCaptureFixture
) -> None:
    stream.append(Unavailable("Redis does not answer"))
    async with open_asker("k:1", RedisSettings()) as asker:
        waiting = asyncio.create_task(asker.ask(question("q"), on_token=lambda _: None))
        await asyncio.sleep(0.01)
        fake_kafka.arrive(answer("q", "Use x."))
        assert (await waiting).text == "Use x."
    assert "token stream ended early" in caplog.text


async def test_answers_to_others_who_use_the_same_id_are_not_taken(fake_kafka: FakeKafka) -> None:
    async with open_asker("k:1") as asker:
        waiting = asyncio.create_task(asker.ask(question("q")))
        await asyncio.sleep(0)
        own = question_digest(question("q"))
        for tenant, digest, text in (
            ("other", own, "another tenant's"),
            ("t", "0" * 32, "another question's"),
            ("t", own, "mine"),
        ):
            answer = QueryAnswered(
                query_id="q",
                tenant=tenant,
                question_digest=digest,
                status=AnswerStatus.ANSWERED,
                text=text,
                answered_at=NOW,
            )
            fake_kafka.arrive(answer.to_json())
        assert (await waiting).text == "mine"
