"""The composed generator: real Redis, real language model server, and servers that fail."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from tests.patience import PATIENCE_S, patient_redis

from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.token_reader import TokenEvent, read_tokens, request_cancel
from ragline.contracts.answers import AnswerStatus, QueryAnswered
from ragline.contracts.plan import Intent, Plan, SearchKind
from ragline.contracts.queries import CandidatesRanked, Options, Passage
from ragline.observability.metrics import Metrics
from ragline.settings import RedisSettings
from ragline.testing.openai_double import LanguageModelDouble
from ragline_generator.app import compose
from ragline_generator.settings import GeneratorSettings

MODELS_THAT_FAIL = [
    "crashed",
    "limited",
    "broken",
    "empty",
    "unauthorized",
    "blank",
    "only_markers",
]
SOURCE = (
    "Hello world. RabbitMQ was released in 2007. A durable queue survives a restart of the broker."
)


def question(text: str, *, seconds: float = 90) -> CandidatesRanked:
    passage = Passage(
        chunk_id="c1",
        document_id="queues",
        version=1,
        ordinal=0,
        title="Queues",
        text=SOURCE,
        start=0,
        end=len(SOURCE),
        score=1.0,
    )
    return CandidatesRanked(
        query_id=str(uuid4()),
        text=text,
        standalone_text=text,
        intent=Intent.FACTUAL,
        confidence=1.0,
        plan=Plan(name="factual", weights={SearchKind.VECTOR: 1.0}),
        passages=(passage,),
        watermark=1,
        deadline=datetime.now(UTC) + timedelta(seconds=seconds),
    )


def settings(redis_url: str, llm: Mapping[str, object]) -> GeneratorSettings:
    return GeneratorSettings.model_validate({"redis": {"url": redis_url}, "llm": llm})


async def asked(
    configured: GeneratorSettings, event: CandidatesRanked, *, cancel: bool = False
) -> tuple[QueryAnswered, list[TokenEvent]]:
    """Return the answer and what a reader of the stream saw."""
    async with compose(configured, Metrics()) as composition, open_redis(configured.redis) as redis:
        if cancel:
            await request_cancel(redis, event.ref)
        answer = await composition.stage(event)
        assert isinstance(answer, QueryAnswered)
        async with asyncio.timeout(PATIENCE_S):
            seen = [e async for e in read_tokens(redis, event.ref)]
        return answer, seen


def text_of(seen: list[TokenEvent]) -> str:
    last = max(event.attempt for event in seen)
    return "".join(event.delta for event in seen if event.attempt == last)


async def test_a_real_model_answers_with_a_citation_and_readers_see_it_come(
    redis_url: str, llama_url: str
) -> None:
    llm = {"base_url": llama_url, "model": "gemma", "api": "completions", "timeout_s": 90}

    answer, seen = await asked(
        settings(redis_url, llm), question("When does a durable queue survive?")
    )

    assert answer.models == {"answer": "gemma", "prompt": "answer.v4"}
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.citations[0].quote in SOURCE
    assert answer.validation is not None
    assert answer.validation.support_ratio > 0
    assert answer.usage.prompt_tokens > 100
    assert answer.usage.completion_tokens > 0
    assert answer.first_text_ms is not None
    assert answer.first_text_ms > 0
    assert len([event for event in seen if event.delta]) > 1
    assert seen[-1].status == "answered"


async def test_a_real_model_fills_a_schema_from_its_answer(redis_url: str, llama_url: str) -> None:
    llm = {"base_url": llama_url, "model": "gemma", "api": "completions", "timeout_s": 90}
    what = {"type": "string", "maxLength": 60}
    schema = {
        "type": "object",
        "properties": {"what": what},
        "required": ["what"],
        "additionalProperties": False,
    }
    event = question("When does a durable queue survive?").model_copy(
        update={"options": Options(json_schema=json.dumps(schema))}
    )

    answer, seen = await asked(settings(redis_url, llm), event)

    assert answer.status is AnswerStatus.ANSWERED
    assert list(json.loads(answer.json_text or "")) == ["what"]
    assert answer.models["json"] == "gemma"
    assert text_of(seen)
    assert seen[-1].status == "answered"


async def test_json_that_does_not_fit_fails_the_answer_and_opens_no_circuit(
    redis_url: str, double: LanguageModelDouble
) -> None:
    schema = {"type": "object", "properties": {"n": {"const": 2}}}
    event = question("Hello world?").model_copy(
        update={"options": Options(json_schema=json.dumps(schema))}
    )
    configured = settings(redis_url, {"base_url": double.url, "model": "good"})
    async with compose(configured, Metrics()) as composition:
        for _ in range(configured.circuit.failures + 1):
            again = event.model_copy(update={"query_id": str(uuid4())})
            answer = await composition.stage(again)
            assert isinstance(answer, QueryAnswered)
            assert answer.error is not None
            assert answer.error.code == "schema_not_met"
        assert composition.degraded["llm:good"]() is None


@pytest.mark.parametrize("model", MODELS_THAT_FAIL)
async def test_when_the_server_fails_the_answer_is_extractive(
    redis_url: str, double: LanguageModelDouble, model: str
) -> None:
    llm = {"base_url": double.url, "model": model}

    answer, seen = await asked(
        settings(redis_url, llm), question("What survives a restart?", seconds=8)
    )

    assert answer.status is AnswerStatus.ANSWERED
    assert answer.text == "A durable queue survives a restart of the broker. [1]"
    assert answer.degradations == ("llm_skipped",)
    assert text_of(seen) == answer.text


async def test_a_server_that_stalls_leaves_time_for_an_extractive_answer(
    redis_url: str, double: LanguageModelDouble
) -> None:
    event = question("What survives a restart?", seconds=4)

    answer, _ = await asked(
        settings(redis_url, {"base_url": double.url, "model": "stalled"}), event
    )

    assert answer.degradations == ("llm_skipped",)
    assert event.deadline is not None
    assert answer.answered_at < event.deadline


async def test_a_reader_can_stop_a_model_in_the_middle(
    redis_url: str, double: LanguageModelDouble
) -> None:
    answer, seen = await asked(
        settings(redis_url, {"base_url": double.url, "model": "stalled_inside"}),
        question("What survives a restart?"),
        cancel=True,
    )

    assert answer.status is AnswerStatus.FAILED
    assert answer.error is not None
    assert answer.error.code == "cancelled"
    assert seen[-1].status == "failed"
    await asyncio.wait_for(double.closed_early.wait(), timeout=PATIENCE_S)


async def test_the_server_counts_the_tokens_of_the_context(redis_url: str, llama_url: str) -> None:
    llm = {
        "base_url": llama_url, "model": "gemma", "api": "completions", "tokenizer": "server",
        "timeout_s": 90, "context_tokens": 2_048,
    }  # fmt: skip
    metrics = Metrics()
    async with compose(settings(redis_url, llm), metrics) as composition:
        answer = await composition.stage(question("When does a durable queue survive?"))

    assert isinstance(answer, QueryAnswered)
    async with httpx.AsyncClient() as client:
        url = f"{llama_url.removesuffix('/v1')}/tokenize"
        told = (await client.post(url, json={"content": SOURCE})).json()["tokens"]
    assert answer.usage.context_tokens_before == len(told)
    assert not_counted(metrics) is None


async def test_a_server_without_a_tokenizer_costs_exact_counts_only(
    redis_url: str, double: LanguageModelDouble
) -> None:
    llm = {"base_url": double.url, "model": "good", "tokenizer": "server"}
    metrics = Metrics()
    async with compose(settings(redis_url, llm), metrics) as composition:
        answers = [await composition.stage(question("What survives a restart?")) for _ in range(2)]

    for answer in answers:
        assert isinstance(answer, QueryAnswered)
        assert answer.degradations == ()
        assert answer.usage.context_tokens_before > 10
    assert not_counted(metrics) == 1


def not_counted(metrics: Metrics) -> float | None:
    return metrics.registry.get_sample_value(
        "ragline_degraded_dependency_total", {"dependency": "tokenizer"}
    )


async def test_a_model_that_never_stops_is_cut_off_and_its_connection_closed(
    redis_url: str, double: LanguageModelDouble
) -> None:
    answer, seen = await asked(
        settings(redis_url, {"base_url": double.url, "model": "endless"}),
        question("What survives a restart?"),
    )

    assert answer.degradations == ("answer_cut_off",)
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.validation is not None
    assert [claim.support for claim in answer.validation.claims][:2] == ["supported", "unsupported"]
    assert len(answer.text) <= 512 * 20
    assert text_of(seen).rstrip() == answer.text
    await asyncio.wait_for(double.closed_early.wait(), timeout=PATIENCE_S)


async def test_a_crash_in_the_middle_begins_a_new_attempt_that_readers_see(
    redis_url: str, double: LanguageModelDouble
) -> None:
    event = question("What survives a restart?")
    llm = {"base_url": double.url, "model": "stalled_inside"}
    async with open_redis(patient_redis(url=redis_url)) as redis:
        reading = read_tokens(redis, event.ref)
        async with compose(settings(redis_url, llm), Metrics()) as composition:
            dying = asyncio.ensure_future(composition.stage(event))
            before = [await anext(reading), await anext(reading)]
            dying.cancel()
            with pytest.raises(asyncio.CancelledError):
                await dying
        await asyncio.wait_for(double.closed_early.wait(), timeout=PATIENCE_S)

        answer, _ = await asked(settings(redis_url, {}), event)
        reconnected = read_tokens(redis, event.ref, last_id=before[-1].id)
        after = [entry async for entry in reconnected]

    assert [(e.attempt, e.delta) for e in before] == [(1, ""), (1, "Half")]
    # what the dying attempt had on its way may still come, before the new one's beginning
    attempts = [entry.attempt for entry in after]
    assert attempts == sorted(attempts)
    anew = [entry for entry in after if entry.attempt == 2]
    assert (anew[0].seq, anew[0].delta) == (0, "")
    assert text_of(anew) == answer.text
    assert after[-1].status == "answered"


async def test_a_reader_can_stop_a_model_that_has_not_begun(
    redis_url: str, double: LanguageModelDouble
) -> None:
    async with asyncio.timeout(PATIENCE_S):
        answer, _ = await asked(
            settings(redis_url, {"base_url": double.url, "model": "stalled"}),
            question("What survives a restart?"),
            cancel=True,
        )

    assert answer.error is not None
    assert answer.error.code == "cancelled"
    await asyncio.wait_for(double.closed_early.wait(), timeout=PATIENCE_S)


async def test_a_redelivery_streams_as_a_higher_attempt(redis_url: str) -> None:
    event = question("What survives a restart?")

    first, seen = await asked(settings(redis_url, {}), event)
    again, _ = await asked(settings(redis_url, {}), event)
    async with open_redis(patient_redis(url=redis_url)) as redis:
        last_id = seen[-1].id
        later = [e async for e in read_tokens(redis, event.ref, last_id=last_id)]

    assert {e.attempt for e in seen} == {1}
    assert {e.attempt for e in later} == {2}
    assert text_of(later) == first.text == again.text


def caching(redis_url: str, llm: Mapping[str, object]) -> GeneratorSettings:
    configured = {"redis": {"url": redis_url}, "llm": llm, "generator": {"cache_tenants": ["acme"]}}
    return GeneratorSettings.model_validate(configured)


def metric(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


async def test_the_same_question_costs_one_call_of_the_model_until_its_source_changes(
    redis_url: str, double: LanguageModelDouble
) -> None:
    llm = {"base_url": double.url, "model": "good"}
    event = question("Hello world?").model_copy(update={"tenant": "acme"})
    other = event.model_copy(update={"query_id": str(uuid4())})
    [passage] = event.passages
    newer = other.model_copy(
        update={"passages": (passage.model_copy(update={"version": 2}),), "query_id": str(uuid4())}
    )

    first, _ = await asked(caching(redis_url, llm), event)
    second, seen = await asked(caching(redis_url, llm), other)
    calls = len(double.requests)
    third, _ = await asked(caching(redis_url, llm), newer)

    assert (first.cached, third.cached) == (None, None)
    assert second.cached is not None
    assert second.cached.answered_at == first.answered_at
    assert second.text == text_of(seen) == first.text
    assert (calls, len(double.requests)) == (1, 2)


async def test_hits_and_misses_are_counted_and_other_tenants_are_not_cached(redis_url: str) -> None:
    configured, metrics = caching(redis_url, {}), Metrics()
    event = question("What survives a restart?").model_copy(update={"tenant": "acme"})
    async with compose(configured, metrics) as composition, open_redis(configured.redis) as redis:
        await redis.flushdb()
        for n in range(3):
            await composition.stage(event.model_copy(update={"query_id": f"{uuid4()}-{n}"}))
            await composition.stage(event.model_copy(update={"tenant": "other"}))

    assert metric(metrics, "ragline_answer_cache_total", outcome="miss") == 1
    assert metric(metrics, "ragline_answer_cache_total", outcome="hit") == 2


async def test_without_redis_every_question_is_a_miss_and_answered() -> None:
    configured, metrics = caching("redis://127.0.0.1:1/0", {}), Metrics()
    event = question("What survives a restart?").model_copy(update={"tenant": "acme"})
    async with compose(configured, metrics) as composition:
        answers = [await composition.stage(event) for _ in range(3)]

    assert {getattr(answer, "status", None) for answer in answers} == {AnswerStatus.ANSWERED}
    assert metric(metrics, "ragline_answer_cache_total", outcome="miss") == 3
    assert (
        metric(metrics, "ragline_degraded_dependency_total", dependency="answer_cache") == 1
    )  # the circuit spares the others a time-out


async def test_without_redis_the_answer_is_complete_and_says_so() -> None:
    configured = GeneratorSettings(
        redis=RedisSettings.model_validate({"url": "redis://127.0.0.1:1/0"})
    )

    async with compose(configured, Metrics()) as composition:
        answer = await composition.stage(question("What survives a restart?"))

    assert isinstance(answer, QueryAnswered)
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.degradations == ("token_stream_skipped",)
