"""A language model's circuit, from a server that fails to one that has recovered."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.token_reader import request_cancel
from ragline.contracts.answers import QueryAnswered
from ragline.messaging.composition import Composition
from ragline.observability.health import Health
from ragline.observability.metrics import Metrics
from ragline.observability.probes import serve_probes
from ragline.settings import HttpSettings
from ragline.testing.openai_double import LanguageModelDouble
from ragline_generator.app import compose
from ragline_generator.settings import GeneratorSettings

from .test_generator_service import question


def settings(
    redis_url: str, double: LanguageModelDouble, *, cooldown_s: float, fallback: str | None = None
) -> GeneratorSettings:
    return GeneratorSettings.model_validate(
        {
            "redis": {"url": redis_url},
            "llm": {"base_url": double.url, "model": "good", "fallback_model": fallback},
            "generator": {"llm_attempts": 1},
            "circuit": {"failures": 3, "cooldown_s": cooldown_s},
        }
    )


async def ask(composition: Composition) -> QueryAnswered:
    answer = await composition.stage(question("What survives a restart?"))
    assert isinstance(answer, QueryAnswered)
    return answer


async def first_complete_answer(composition: Composition) -> QueryAnswered:
    for _ in range(600):
        answer = await ask(composition)
        if not answer.degradations:
            return answer
        await asyncio.sleep(0.1)
    raise AssertionError("the circuit did not close")


async def readiness(port: int) -> tuple[int, dict[str, Any]]:
    async with httpx.AsyncClient() as client:
        response = await client.get(f"http://127.0.0.1:{port}/health/ready")
    return response.status_code, response.json()


def metric(metrics: Metrics, name: str, dependency: str = "llm:good") -> float | None:
    return metrics.registry.get_sample_value(name, {"dependency": dependency})


async def test_it_opens_is_seen_and_closes_by_itself(
    redis_url: str, double: LanguageModelDouble
) -> None:
    configured, metrics, health = settings(redis_url, double, cooldown_s=1), Metrics(), Health()
    async with (
        serve_probes(HttpSettings(port=0), health, metrics) as port,
        compose(configured, metrics) as composition,
    ):
        health.waiting = None
        health.degraded.update(composition.degraded)
        assert (await ask(composition)).models == {"answer": "good", "prompt": "answer.v4"}
        assert await readiness(port) == (200, {"status": "ready", "problems": {}, "degraded": {}})

        double.behaves = "crashed"
        for _ in range(3):
            assert (await ask(composition)).degradations == ("llm_skipped",)

        status, body = await readiness(port)
        assert (status, body["status"], body["problems"]) == (200, "ready", {})
        assert "left alone" in body["degraded"]["llm:good"]
        assert metric(metrics, "ragline_circuit_opened_total") == 1

        double.behaves = None
        answer = await first_complete_answer(composition)
        assert answer.models == {"answer": "good", "prompt": "answer.v4"}
        assert (await readiness(port))[1]["degraded"] == {}
        assert metric(metrics, "ragline_circuit_state") == 0


async def test_while_it_is_open_the_server_is_left_alone(
    redis_url: str, double: LanguageModelDouble
) -> None:
    metrics = Metrics()
    async with compose(settings(redis_url, double, cooldown_s=600), metrics) as composition:
        double.behaves = "crashed"
        for _ in range(8):
            assert (await ask(composition)).degradations == ("llm_skipped",)

    assert len(double.requests) == 3
    assert metric(metrics, "ragline_circuit_state") == 2
    assert metric(metrics, "ragline_circuit_refused_total") == 5


async def test_a_server_that_hangs_opens_it_too(
    redis_url: str, double: LanguageModelDouble
) -> None:
    configured = settings(redis_url, double, cooldown_s=600)
    llm = configured.llm.model_copy(update={"timeout_s": 2.0})
    metrics = Metrics()
    async with compose(configured.model_copy(update={"llm": llm}), metrics) as composition:
        double.behaves = "stalled"
        for answer in await asyncio.gather(*(ask(composition) for _ in range(3))):
            assert answer.degradations == ("llm_skipped",)

    assert metric(metrics, "ragline_circuit_state") == 2


async def test_readers_that_stop_a_silent_model_do_not_open_it(
    redis_url: str, double: LanguageModelDouble
) -> None:
    configured = settings(redis_url, double, cooldown_s=600)
    circuit = configured.circuit.model_copy(update={"patience_s": 0.01, "failures": 1})
    configured, metrics = configured.model_copy(update={"circuit": circuit}), Metrics()
    double.behaves = "stalled"
    async with compose(configured, metrics) as composition, open_redis(configured.redis) as redis:
        for _ in range(2):
            event = question("What survives a restart?")
            await request_cancel(redis, event.ref)
            answer = await composition.stage(event)
            assert isinstance(answer, QueryAnswered)
            assert answer.error is not None
            assert answer.error.code == "cancelled"

    assert len(double.requests) == 2
    assert metric(metrics, "ragline_circuit_state") == 0


async def test_each_model_has_its_own(redis_url: str, double: LanguageModelDouble) -> None:
    configured = settings(redis_url, double, cooldown_s=600, fallback="good")
    llm = configured.llm.model_copy(update={"model": "crashed"})
    metrics = Metrics()
    async with compose(configured.model_copy(update={"llm": llm}), metrics) as composition:
        for _ in range(5):
            assert (await ask(composition)).degradations == ("llm_fallback_model",)

    assert [request["model"] for request in double.requests].count("crashed") == 3
    assert metric(metrics, "ragline_circuit_state", "llm:crashed") == 2
    assert metric(metrics, "ragline_circuit_state", "llm:good") == 0
