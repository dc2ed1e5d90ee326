"""One worker an answer, one winner, and life without the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from ragline.contracts.base import QueryRef
from ragline.errors import (
    CredentialsRefused,
    DeadlineExceeded,
    Misconfigured,
    RaglineError,
    Unavailable,
)
from ragline.messaging.claims import Claims
from ragline.observability.metrics import Metrics
from ragline.ports.answers import Attempt

ATTEMPT = Attempt(QueryRef("acme", "q"))


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.at: Callable[[float], None] = lambda _: None

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.at(self.now)
        await asyncio.sleep(0)


class Reservation:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def renew(self) -> None:
        self._ledger.renewals += 1

    async def release(self) -> None:
        self._ledger.holder = None


class Ledger:
    """A ledger in memory that can be away."""

    def __init__(self) -> None:
        self.away = False
        self.failure: RaglineError = Unavailable("away")
        self.answers: dict[Attempt, bytes] = {}
        self.holder: Reservation | None = None
        self.renewals = 0

    async def claim(self, attempt: Attempt, answer: bytes) -> bytes:
        self._answer()
        return self.answers.setdefault(attempt, answer)

    async def claimed(self, attempt: Attempt) -> bytes | None:
        self._answer()
        return self.answers.get(attempt)

    async def reserve(self, attempt: Attempt) -> Reservation | None:
        self._answer()
        if self.holder is not None:
            return None
        self.holder = Reservation(self)
        return self.holder

    def _answer(self) -> None:
        if self.away:
            raise self.failure


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def claims(ledger: Ledger, clock: Clock, metrics: Metrics) -> Claims:
    return Claims(ledger, metrics=metrics, grace_s=10, lease_s=6, clock=clock, sleep=clock.sleep)


def unclaimed(metrics: Metrics) -> float:
    return metrics.registry.get_sample_value("ragline_ledger_unavailable_total") or 0.0


async def test_the_first_claim_wins(claims: Claims) -> None:
    assert await claims.claim(ATTEMPT, b"first") == b"first"
    assert await claims.claim(ATTEMPT, b"second") == b"first"


async def test_a_claim_waits_for_a_ledger_that_comes_back(
    claims: Claims, ledger: Ledger, clock: Clock, metrics: Metrics
) -> None:
    ledger.answers[ATTEMPT] = b"first"
    ledger.away = True
    clock.at = lambda now: setattr(ledger, "away", now < 5)
    assert await claims.claim(ATTEMPT, b"second") == b"first"
    assert unclaimed(metrics) == 0


@pytest.mark.parametrize(
    "failure", [CredentialsRefused("refused"), Misconfigured("unknown command")]
)
async def test_whatever_the_ledger_says_is_an_outage_and_no_fault_of_the_question(
    claims: Claims, ledger: Ledger, clock: Clock, metrics: Metrics, failure: RaglineError
) -> None:
    ledger.away, ledger.failure = True, failure
    async with claims.reserved(ATTEMPT, seconds=1) as earlier:
        assert earlier is None
    clock.at = lambda now: setattr(ledger, "away", now < 5)
    assert await claims.claim(ATTEMPT, b"own") == b"own"
    assert ledger.answers == {ATTEMPT: b"own"}
    assert unclaimed(metrics) == 0


async def test_a_long_outage_is_gone_on_without_and_counted(
    claims: Claims, ledger: Ledger, clock: Clock, metrics: Metrics
) -> None:
    ledger.away = True
    assert await claims.claim(ATTEMPT, b"own") == b"own"
    assert clock.now == pytest.approx(10, abs=0.5)
    assert (
        await claims.claim(Attempt(QueryRef("acme", "next")), b"own") == b"own"
    )  # does not wait again
    assert clock.now == pytest.approx(10, abs=0.5)
    assert unclaimed(metrics) == 2


async def test_every_outage_has_its_own_grace(claims: Claims, ledger: Ledger, clock: Clock) -> None:
    ledger.away = True
    await claims.claim(ATTEMPT, b"own")
    ledger.away = False
    await claims.claim(Attempt(QueryRef("acme", "between")), b"own")
    ledger.away = True
    before = clock.now
    await claims.claim(Attempt(QueryRef("acme", "second outage")), b"own")
    assert clock.now - before == pytest.approx(10, abs=0.5)
    clock.now += 3_600  # nothing was asked for an hour: who knows what was between
    before = clock.now
    await claims.claim(Attempt(QueryRef("acme", "third outage")), b"own")
    assert clock.now - before == pytest.approx(10, abs=0.5)


async def test_without_a_ledger_every_attempt_publishes_its_own(metrics: Metrics) -> None:
    claims = Claims(None, metrics=metrics, grace_s=10, lease_s=6, clock=Clock())
    assert await claims.claim(ATTEMPT, b"first") == b"first"
    assert await claims.claim(ATTEMPT, b"second") == b"second"
    async with claims.reserved(ATTEMPT, seconds=1) as earlier:
        assert earlier is None


async def test_a_redelivery_gets_the_earlier_answer_instead_of_the_work(
    claims: Claims, ledger: Ledger
) -> None:
    async with claims.reserved(ATTEMPT, seconds=60) as earlier:
        assert earlier is None
        await claims.claim(ATTEMPT, b"answer")
    async with claims.reserved(ATTEMPT, seconds=60) as earlier:
        assert earlier == b"answer"
    assert ledger.holder is not None  # it lapses by itself


async def test_a_redelivery_waits_for_who_works_on_the_answer(
    claims: Claims, ledger: Ledger, clock: Clock
) -> None:
    ledger.holder = Reservation(ledger)  # a member that lost its partition, and goes on

    def answer(now: float) -> None:
        if now > 4:
            ledger.answers[ATTEMPT] = b"theirs"

    clock.at = answer
    async with claims.reserved(ATTEMPT, seconds=60) as earlier:
        assert earlier == b"theirs"


async def test_the_work_of_a_dead_member_is_taken_over(
    claims: Claims, ledger: Ledger, clock: Clock
) -> None:
    ledger.holder = Reservation(ledger)
    clock.at = lambda now: setattr(ledger, "holder", None) if now > 6 else None
    async with claims.reserved(ATTEMPT, seconds=60) as earlier:
        assert earlier is None


async def test_waiting_for_another_member_ends_with_the_deadline(ledger: Ledger) -> None:
    ledger.holder = Reservation(ledger)
    claims = Claims(ledger, metrics=Metrics(), grace_s=10, lease_s=6, clock=Clock())
    with pytest.raises(DeadlineExceeded):
        async with claims.reserved(ATTEMPT, seconds=0.01):
            pytest.fail("another member has it")


async def test_a_reservation_is_renewed_while_the_work_lasts(
    claims: Claims, ledger: Ledger
) -> None:
    async with claims.reserved(ATTEMPT, seconds=60):
        for _ in range(50):
            await asyncio.sleep(0)
    renewals = ledger.renewals
    assert renewals > 5
    for _ in range(50):
        await asyncio.sleep(0)
    assert ledger.renewals <= renewals + 1


async def test_work_that_fails_lets_others_begin_at_once(claims: Claims, ledger: Ledger) -> None:
    with pytest.raises(KeyError):
        async with claims.reserved(ATTEMPT, seconds=60):
            raise KeyError
    assert ledger.holder is None


async def test_without_the_ledger_work_goes_on_unreserved(claims: Claims, ledger: Ledger) -> None:
    ledger.away = True
    async with claims.reserved(ATTEMPT, seconds=60) as earlier:
        assert earlier is None
