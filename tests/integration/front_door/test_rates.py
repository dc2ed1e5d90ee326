"""Requests a minute, counted in a real Redis."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from tests.patience import PATIENCE_S
from tests.unit.gateway.app import KnownCallers, make_app

from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.optional import OptionalRedis
from ragline.observability.metrics import Metrics
from ragline.settings import RedisSettings
from ragline_gateway.access.caller import Caller
from ragline_gateway.limits import rate
from ragline_gateway.limits.quota import Quota
from ragline_gateway.limits.rate import RateLimiter, open_limiter
from ragline_gateway.problems import TooManyRequests
from ragline_gateway.settings import GatewayGroup


def somebody(*, tenant: str = "acme", limit: int | None = None, name: str | None = None) -> Caller:
    subject = f"key:{name or uuid4().hex}"
    return Caller(subject=subject, tenant=tenant, requests_per_minute=limit)


def at(url: str) -> RedisSettings:
    return RedisSettings(url=SecretStr(url))


def patiently_at(url: str) -> RedisSettings:
    """Return settings for a Redis that has to share its processor with other tests."""
    return at(url).model_copy(update={"timeout_s": PATIENCE_S})


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with open_redis(patiently_at(redis_url)) as client:
        yield client


@pytest.fixture
async def limiter(redis: Redis, patience: None) -> RateLimiter:
    optional = OptionalRedis(redis, "rate limit", on_failure=pytest.fail)
    return RateLimiter(optional, requests_per_minute=5)


async def left(limiter: RateLimiter, caller: Caller) -> int:
    quota = await limiter.take(caller)
    assert quota is not None
    return quota.remaining


async def refused(limiter: RateLimiter, caller: Caller) -> TooManyRequests:
    with pytest.raises(TooManyRequests) as caught:
        await limiter.take(caller)
    return caught.value


async def use_up(limiter: RateLimiter, caller: Caller) -> int:
    """Send requests until one is refused, and return how many passed."""
    passed = 0
    try:
        while True:
            await limiter.take(caller)
            passed += 1
    except TooManyRequests:
        return passed


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait as long for one count."""
    monkeypatch.setattr(rate, "_LIMIT_S", PATIENCE_S)


async def test_a_caller_may_use_the_whole_limit_at_once_and_then_waits(
    limiter: RateLimiter,
) -> None:
    caller = somebody()
    assert [await left(limiter, caller) for _ in range(5)] == [4, 3, 2, 1, 0]
    problem = await refused(limiter, caller)
    assert problem.status == 429
    assert problem.headers == {
        "RateLimit-Policy": '"requests";q=5;w=60',
        "RateLimit": '"requests";r=0;t=60',
        "Retry-After": "12",
    }


async def test_requests_come_back_one_by_one(limiter: RateLimiter) -> None:
    caller = somebody(limit=300)  # one each 200 ms
    await use_up(limiter, caller)
    started = time.monotonic()
    await asyncio.sleep(0.45)
    assert await left(limiter, caller) <= (time.monotonic() - started) * 5


async def test_a_key_of_its_own_limit_has_that(limiter: RateLimiter) -> None:
    assert await left(limiter, somebody(limit=1)) == 0
    assert await left(limiter, somebody(limit=1_000_000)) == 999_999


@pytest.mark.parametrize("limit", [1, 7, 59, 601, 997])
async def test_exactly_so_many_pass_whatever_the_number(limiter: RateLimiter, limit: int) -> None:
    started = time.monotonic()
    passed = await use_up(limiter, somebody(limit=limit))
    came_back = (time.monotonic() - started) * limit / 60
    assert limit <= passed <= limit + came_back + 1


async def test_a_refused_request_takes_nothing(limiter: RateLimiter) -> None:
    caller = somebody(limit=60)
    await use_up(limiter, caller)
    for _ in range(5):
        await use_up(limiter, caller)
    await asyncio.sleep(1.05)
    assert await left(limiter, caller) <= 1


async def test_a_request_may_cost_more_than_one_and_then_waits_for_all_of_it(
    limiter: RateLimiter,
) -> None:
    caller = somebody()
    await limiter.take(caller)
    rest = await limiter.take(caller, beyond=3)
    assert rest is not None
    assert rest.remaining == 1

    assert await left(limiter, caller) == 0
    with pytest.raises(TooManyRequests) as refused:
        await limiter.take(caller, beyond=3)  # of a request that is counted as one again
    assert 36 < int(refused.value.headers["Retry-After"]) <= 48

    other = somebody()
    assert await left(limiter, other) == 4
    with pytest.raises(TooManyRequests):
        await limiter.take(other, beyond=5)
    assert await left(limiter, other) == 3  # what was refused took nothing


async def test_callers_do_not_use_up_each_others_limit(limiter: RateLimiter) -> None:
    one = somebody(limit=1, name="a")
    await limiter.take(one)
    await refused(limiter, one)
    assert await left(limiter, somebody(limit=1, name="b")) == 0
    assert await left(limiter, somebody(limit=1, name="a", tenant="other")) == 0


async def test_what_is_counted_is_forgotten_when_it_is_made_up_for(
    limiter: RateLimiter, redis: Redis
) -> None:
    caller = somebody(limit=60)
    await limiter.take(caller)
    key = f"ragline:rate:{caller.tenant}/{caller.subject}"
    assert 0 < await redis.pttl(key) <= 1_000


@pytest.mark.usefixtures("patience")
async def test_two_gateways_share_one_limit(redis_url: str) -> None:
    metrics, known = Metrics(), somebody(limit=10)
    async with (
        gateway(redis_url, known, metrics) as one,
        gateway(redis_url, known, metrics) as other,
    ):
        gateways = [one, other] * 10
        answers = await asyncio.gather(*(http.get("/v1/me") for http in gateways))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) in (10, 11)  # one comes back after six seconds
    assert statuses.count(200) + statuses.count(429) == 20
    told = {answer.headers["ratelimit"] for answer in answers if answer.status_code == 200}
    assert len(told) >= 9
    late = next(answer for answer in answers if answer.status_code == 429)
    assert late.headers["content-type"] == "application/problem+json"
    assert 1 <= int(late.headers["retry-after"]) <= 6


@asynccontextmanager
async def gateway(
    redis_url: str, known: Caller, metrics: Metrics
) -> AsyncIterator[httpx.AsyncClient]:
    async with open_limiter(patiently_at(redis_url), metrics, requests_per_minute=5) as limiter:
        app = make_app(KnownCallers(ada=known), limiter, metrics, GatewayGroup())
        headers = {"Authorization": "Bearer ada"}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://gateway", headers=headers
        ) as http:
            yield http


@pytest.mark.usefixtures("patience")
async def test_a_crowd_is_counted_to_the_last(redis_url: str) -> None:
    metrics, caller = Metrics(), somebody()
    async with open_limiter(patiently_at(redis_url), metrics, requests_per_minute=100) as limiter:
        results = await asyncio.gather(
            *(limiter.take(caller) for _ in range(1_000)), return_exceptions=True
        )
    assert sum(isinstance(result, Quota) for result in results) in range(100, 120)
    assert all(isinstance(result, Quota | TooManyRequests) for result in results)


def degraded(metrics: Metrics) -> float:
    name = "ragline_degraded_dependency_total"
    return metrics.registry.get_sample_value(name, {"dependency": "rate_limit"}) or 0.0


async def test_without_redis_all_pass_and_each_is_counted() -> None:
    metrics, caller = Metrics(), somebody(limit=1)
    async with open_limiter(at("redis://127.0.0.1:1/0"), metrics, requests_per_minute=5) as limiter:
        assert [await limiter.take(caller) for _ in range(20)] == [None] * 20
    assert degraded(metrics) == 20


async def test_a_redis_that_hangs_delays_nobody_for_long() -> None:
    connections: list[asyncio.StreamWriter] = []

    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)

    metrics, caller = Metrics(), somebody(limit=1)
    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
    async with open_limiter(at(url), metrics, requests_per_minute=5) as limiter:
        started = time.monotonic()
        taken = await asyncio.gather(*(limiter.take(caller) for _ in range(500)))
        took_s = time.monotonic() - started
        assert taken == [None] * 500
        assert took_s < 25, "waiting one after the other takes 250 s"
        started = time.monotonic()
        assert await limiter.take(caller) is None
        assert time.monotonic() - started < 0.5, "it is not asked again"
    assert degraded(metrics) == 501
    for connection in connections:
        connection.close()
    server.close()


async def test_counting_goes_on_when_redis_is_back(redis: Redis) -> None:
    failures: list[str] = []
    now = 0.0
    limiter = RateLimiter(
        OptionalRedis(redis, "rate limit", on_failure=failures.append, clock=lambda: now),
        requests_per_minute=5,
    )
    caller = somebody()
    await redis.client_pause(1_000, all=True)
    assert await limiter.take(caller) is None
    await asyncio.sleep(0.6)
    assert await limiter.take(caller) is None
    assert failures == ["rate_limit", "rate_limit"]
    now = 5.0
    assert await left(limiter, caller) >= 3
