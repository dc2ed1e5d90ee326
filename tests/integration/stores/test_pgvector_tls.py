"""PostgreSQL over TLS, through the adapter: whom it trusts, and what it says when it does not."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from pydantic import SecretStr
from tests.certificates import Authority
from tests.patience import PATIENCE_S
from tests.secured.secured_postgres import CERTIFIED, SecuredPostgres

from ragline.adapters.stores.opening import (
    Reachable,
    contents,
    open_inventory,
    open_reader,
    open_store,
)
from ragline.adapters.stores.pgvector.rights import rights
from ragline.clock import utc_now
from ragline.errors import Misconfigured, Unavailable
from ragline.settings import KafkaSettings, RedisSettings, StoreKind, VectorStoreSettings
from ragline.testing.store_contract.builders import DIMENSIONS, FINGERPRINT, document
from ragline_cli.doctor.checks import certificates
from ragline_cli.doctor.checks.rights import judge_store
from ragline_cli.doctor.diagnosis import Severity
from ragline_cli.doctor.patient import Patient
from ragline_cli.errors import StackError
from ragline_cli.kafka.extent import no_progress
from ragline_cli.stack.operator_settings import OperatorSettings
from ragline_cli.stack.ports import LOOPBACK

NAMED = "postgres.example"


@pytest.fixture(scope="module")
def postgres_tls(
    tmp_path_factory: pytest.TempPathFactory, give_up: Callable[[str, StackError], None]
) -> Iterator[SecuredPostgres]:
    server = SecuredPostgres(tmp_path_factory.mktemp("secured-postgres"))
    try:
        server.start()
        yield server
    except StackError as error:
        give_up("postgres", error)
    finally:
        server.stop()


def settings(url: str = "", **others: object) -> VectorStoreSettings:
    return VectorStoreSettings(
        kind=StoreKind.PGVECTOR, url=SecretStr(url), collection="Secured"
    ).model_copy(update=others)


async def use(wanted: VectorStoreSettings) -> None:
    """Write, search, read and list, each over connections of its own."""
    async with open_store(wanted, fingerprint=FINGERPRINT, dimensions=DIMENSIONS) as store:
        await store.upsert(document("one"))
    async with open_reader(wanted) as reader:
        await reader.ping()
    async with open_inventory(wanted) as inventory:
        assert await inventory.tenants()
    found = await contents(wanted)
    assert found is not None
    assert found.documents == 1


async def test_a_server_of_a_trusted_authority_is_used_for_everything(
    postgres_tls: SecuredPostgres,
) -> None:
    await use(settings(postgres_tls.verified()))


async def test_the_connections_are_encrypted(postgres_tls: SecuredPostgres) -> None:
    connection = await asyncpg.connect(postgres_tls.verified())
    encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    assert await connection.fetchval(encrypted) is True
    await connection.close()


async def test_without_tls_nobody_gets_in(postgres_tls: SecuredPostgres) -> None:
    with pytest.raises(Misconfigured, match="no encryption"):
        await use(settings(postgres_tls.verified(sslmode="disable")))


async def test_a_server_of_another_authority_is_not_trusted(postgres_tls: SecuredPostgres) -> None:
    wrong = settings(postgres_tls.verified(sslrootcert=postgres_tls.other_cafile))
    with pytest.raises(Misconfigured, match=r"not trusted: .*sslrootcert"):
        await use(wrong)


async def test_a_certificate_for_another_host_is_not_trusted(
    postgres_tls: SecuredPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookup = socket.getaddrinfo

    def known(host: str | bytes | None, *others: object, **named: object) -> object:
        return lookup(LOOPBACK if host == NAMED else host, *others, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", known)
    with pytest.raises(Misconfigured, match=f"not trusted: .*Hostname mismatch.*'{NAMED}'"):
        await use(settings(postgres_tls.verified(host=NAMED)))
    await use(settings(postgres_tls.verified(host=NAMED, sslmode="verify-ca")))


@pytest.mark.parametrize("parameter", ["sslrootcert", "sslcert"])
@pytest.mark.parametrize("content", [None, "no certificate"])
async def test_a_file_that_cannot_be_used_is_named(
    postgres_tls: SecuredPostgres, tmp_path: Path, parameter: str, content: str | None
) -> None:
    file = tmp_path / "file.pem"
    if content:
        file.write_text(content)
    with pytest.raises(Misconfigured, match=f"{parameter}.*{file} cannot be read"):
        await use(settings(postgres_tls.verified(**{parameter: str(file)})))


async def test_a_server_without_tls_is_told_from_one_that_is_away(postgres_url: str) -> None:
    with pytest.raises(Misconfigured, match=r"rejected SSL upgrade.*sslmode"):
        await use(settings(f"{postgres_url}?sslmode=require"))


async def test_an_account_may_come_with_a_certificate_instead_of_a_password(
    postgres_tls: SecuredPostgres,
) -> None:
    admin = await asyncpg.connect(postgres_tls.verified())
    await admin.execute(f"CREATE ROLE {CERTIFIED} LOGIN SUPERUSER")
    await admin.close()
    await use(settings(postgres_tls.verified(user=CERTIFIED, sslcert=postgres_tls.client)))
    with pytest.raises(Misconfigured, match="requires a valid client certificate"):
        await use(settings(postgres_tls.verified(user=CERTIFIED)))


async def test_a_new_password_in_the_file_is_used_without_a_restart(
    postgres_tls: SecuredPostgres, tmp_path: Path
) -> None:
    file = tmp_path / "url"
    account = postgres_tls.verified(user="changing:first")
    file.write_text(account)
    admin = await asyncpg.connect(postgres_tls.verified())
    await admin.execute("CREATE ROLE changing LOGIN SUPERUSER PASSWORD 'first'")
    async with open_reader(settings(url_file=str(file))) as reader:
        await reader.ping()
        await admin.execute("ALTER ROLE changing PASSWORD 'second'")
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'changing'"
        )
        with pytest.raises(Misconfigured, match="password authentication failed"):
            await _ping_until_refused(reader)
        file.write_text(account.replace("first", "second"))
        await reader.ping()
    await admin.close()


def patient(store: VectorStoreSettings) -> Patient:
    """Return what `ragline doctor` looks at, of which only the store is there."""
    found = OperatorSettings(kafka=KafkaSettings(), redis=RedisSettings(), vector_store=store)
    return Patient(settings=found, clock=utc_now, on_progress=no_progress)


async def test_doctor_sees_that_the_servers_certificate_ends_soon(
    postgres_tls: SecuredPostgres,
) -> None:
    examined = patient(settings(postgres_tls.verified()))
    assert await certificates.check(examined) == []
    admin = await asyncpg.connect(postgres_tls.verified())
    postgres_tls.sign(valid=timedelta(days=3))
    await admin.execute("SELECT pg_reload_conf()")
    async with asyncio.timeout(PATIENCE_S):
        while not (found := await certificates.check(examined)):
            await asyncio.sleep(0.1)
    (told,) = found
    assert (told.severity, told.subject) == (Severity.ERROR, f"{LOOPBACK}:{postgres_tls.port}")
    untrusting = settings(postgres_tls.verified(sslrootcert=postgres_tls.other_cafile))
    (told,) = await certificates.check(patient(untrusting))
    assert "not trusted" in told.meaning
    await admin.close()


async def test_doctor_sees_that_the_server_has_no_tls(postgres_url: str, tmp_path: Path) -> None:
    cafile = tmp_path / "ca.pem"
    Authority.make().write(cafile)
    wanted = settings(f"{postgres_url}?sslmode=verify-full&sslrootcert={cafile}")
    (told,) = await certificates.check(patient(wanted))
    assert "has no TLS" in told.meaning


async def test_doctor_sees_which_rights_the_account_lacks(postgres_tls: SecuredPostgres) -> None:
    owner = settings(postgres_tls.verified(), collection="Owned")
    async with open_store(owner, fingerprint=FINGERPRINT, dimensions=DIMENSIONS):
        assert list(judge_store(await rights(owner), "Owned")) == []
    admin = await asyncpg.connect(postgres_tls.verified())
    await admin.execute("CREATE ROLE reading LOGIN PASSWORD 'x'")
    reading = owner.model_copy(update={"url": SecretStr(postgres_tls.verified(user="reading:x"))})

    async def told() -> list[tuple[Severity, str]]:
        return [(e.severity, e.meaning) for e in judge_store(await rights(reading), "Owned")]

    ((severity, meaning),) = await told()
    assert severity is Severity.ERROR
    assert "lacks DELETE, INSERT, SELECT, UPDATE, USAGE" in meaning
    await admin.execute('GRANT USAGE ON SCHEMA "Owned" TO reading')
    await admin.execute('GRANT SELECT ON ALL TABLES IN SCHEMA "Owned" TO reading')
    ((severity, meaning),) = await told()
    assert severity is Severity.WARNING
    assert "lacks DELETE, INSERT, UPDATE:" in meaning
    reading = reading.model_copy(update={"collection": "Other"})
    assert "may not create one" in str(list(judge_store(await rights(reading), "Other")))
    await admin.close()


async def _ping_until_refused(reader: Reachable) -> None:
    while True:
        with suppress(Unavailable):  # the end of the open connection is heard of first
            await reader.ping()
