"""Redis over TLS with an account of few rights: whom it trusts, and what is said when not."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from redis import Redis as AdminClient
from tests.patience import patient_redis
from tests.secured.redis_account import NAME, make_account, tell
from tests.secured.secured_redis import SecuredRedis

from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.ledger import RedisAnswerLedger
from ragline.clock import utc_now
from ragline.contracts.base import QueryRef
from ragline.errors import CredentialsRefused, Misconfigured, Unavailable
from ragline.ports.answers import Attempt
from ragline.settings import KafkaSettings, VectorStoreSettings
from ragline_cli.doctor.checks import rights
from ragline_cli.doctor.diagnosis import Severity
from ragline_cli.doctor.patient import Patient
from ragline_cli.errors import StackError
from ragline_cli.kafka.extent import no_progress
from ragline_cli.stack.operator_settings import OperatorSettings
from ragline_cli.stack.ports import LOOPBACK

NAMED = "redis.example"


@pytest.fixture(scope="module")
def redis_tls(
    tmp_path_factory: pytest.TempPathFactory, give_up: Callable[[str, StackError], None]
) -> Iterator[SecuredRedis]:
    server = SecuredRedis(tmp_path_factory.mktemp("secured-redis"))
    try:
        server.start()
        yield server
    except StackError as error:
        give_up("redis", error)
    finally:
        server.stop()


@pytest.fixture
def admin(redis_tls: SecuredRedis) -> Iterator[AdminClient]:
    with AdminClient.from_url(redis_tls.url, decode_responses=True) as client:
        yield client


async def claim(**settings: str) -> None:
    """Claim an answer, with all that belongs to it."""
    async with open_redis(patient_redis(**settings)) as redis:
        await claim_with(RedisAnswerLedger(redis, ttl_s=60, lease_s=6, cooldown_s=0))


async def claim_with(ledger: RedisAnswerLedger) -> None:
    attempt = Attempt(QueryRef("acme", str(uuid4())))
    reservation = await ledger.reserve(attempt)
    assert reservation is not None
    await reservation.renew()
    assert await ledger.claim(attempt, b"answer") == b"answer"
    assert await ledger.claimed(attempt) == b"answer"
    await reservation.release()


async def test_the_account_claims_over_tls(redis_tls: SecuredRedis) -> None:
    await claim(url=redis_tls.url_of())


async def test_a_client_may_have_to_bring_a_certificate(
    redis_tls: SecuredRedis, admin: AdminClient
) -> None:
    admin.config_set("tls-auth-clients", "yes")
    try:
        own = redis_tls.client
        await claim(url=redis_tls.url_of(ssl_certfile=own, ssl_keyfile=own))
        with pytest.raises(Unavailable):
            await claim(url=redis_tls.url_of())
    finally:
        admin.config_set("tls-auth-clients", "optional")


async def test_a_server_of_another_authority_is_not_trusted(redis_tls: SecuredRedis) -> None:
    with pytest.raises(Unavailable, match=r"is not trusted: .*ssl_ca_certs"):
        await claim(url=redis_tls.url_of(ssl_ca_certs=redis_tls.other_cafile))


async def test_a_certificate_for_another_host_is_not_trusted(
    redis_tls: SecuredRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookup = socket.getaddrinfo

    def known(host: str | bytes | None, *others: object, **named: object) -> object:
        return lookup(LOOPBACK if host == NAMED else host, *others, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", known)
    with pytest.raises(Unavailable, match=f"is not trusted: .*Hostname mismatch.*'{NAMED}'"):
        await claim(url=redis_tls.url_of(host=NAMED))


@pytest.mark.parametrize("parameter", ["ssl_ca_certs", "ssl_certfile"])
@pytest.mark.parametrize("content", [None, "no certificate"])
async def test_a_file_that_cannot_be_used_is_named(
    redis_tls: SecuredRedis, tmp_path: Path, parameter: str, content: str | None
) -> None:
    file = tmp_path / "file.pem"
    if content:
        file.write_text(content)
    with pytest.raises(Misconfigured, match=f"{parameter}={file}.* cannot be read"):
        await claim(url=redis_tls.url_of(**{parameter: str(file)}))


async def test_a_wrong_password_is_refused_and_not_told(redis_tls: SecuredRedis) -> None:
    with pytest.raises(CredentialsRefused, match="RAGLINE_REDIS__URL_FILE") as caught:
        await claim(url=redis_tls.url_of(f"{NAME}:wrong"))
    assert "wrong" not in str(caught.value)


async def test_a_new_password_in_the_file_is_used_without_a_restart(
    redis_tls: SecuredRedis, admin: AdminClient, tmp_path: Path
) -> None:
    file = tmp_path / "url"
    file.write_text(redis_tls.url_of("changing:first"))
    tell(admin, "ACL SETUSER changing on >first ~ragline:* +@all")
    settings = patient_redis(url_file=str(file))
    async with open_redis(settings) as redis:
        ledger = RedisAnswerLedger(redis, ttl_s=60, lease_s=6, cooldown_s=0)
        await claim_with(ledger)
        tell(admin, "ACL SETUSER changing <first >second")
        tell(admin, "CLIENT KILL USER changing")
        with pytest.raises(CredentialsRefused):
            await claim_with(ledger)
        file.write_text(redis_tls.url_of("changing:second"))
        await claim_with(ledger)


async def test_the_account_does_nothing_else(redis_tls: SecuredRedis, admin: AdminClient) -> None:
    for command in ("FLUSHALL", "KEYS *", "CONFIG GET *", "GET other", "PUBLISH other x"):
        assert "no permissions" in str(tell(admin, f"ACL DRYRUN {NAME} {command}")), command


async def test_doctor_sees_which_rights_the_account_lacks(
    redis_tls: SecuredRedis, admin: AdminClient
) -> None:
    redis = patient_redis(url=redis_tls.url_of())
    none = VectorStoreSettings.model_validate({"kind": "chroma"})
    settings = OperatorSettings(kafka=KafkaSettings(), redis=redis, vector_store=none)
    patient = Patient(settings=settings, clock=utc_now, on_progress=no_progress)
    assert await rights.check(patient) == []
    try:
        tell(admin, f"ACL SETUSER {NAME} -set -xadd")
        (found,) = await rights.check(patient)
        assert (found.severity, found.subject) == (Severity.ERROR, f"redis account {NAME}")
        assert "refused set, xadd on" in found.meaning
        tell(admin, found.remedy.removeprefix("redis-cli "))
        assert await rights.check(patient) == []
        tell(admin, f"ACL SETUSER {NAME} resetkeys ~other:*")
        (found,) = await rights.check(patient)
        assert "get" in found.meaning
        tell(admin, f"ACL SETUSER {NAME} -acl")
        (found,) = await rights.check(patient)
        assert (found.severity, "may not ask" in found.meaning) == (Severity.NOTICE, True)
    finally:
        make_account(admin)
