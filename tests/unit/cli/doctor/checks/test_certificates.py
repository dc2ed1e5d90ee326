"""Certificates of real TLS servers that end soon, have ended, or nobody trusts."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from ragline.clock import utc_now
from ragline.settings import KafkaSettings, RedisSettings, StoreKind, VectorStoreSettings
from ragline_cli.doctor.checks import certificates
from ragline_cli.doctor.diagnosis import Diagnosis, Severity
from ragline_cli.doctor.patient import Patient
from ragline_cli.kafka.extent import no_progress
from ragline_cli.stack.operator_settings import OperatorSettings

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Signed:
    """A certificate that has signed itself, and so is its own authority."""

    file: Path

    @classmethod
    def until(cls, end: datetime, folder: Path) -> Signed:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "own")])
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(min(end, datetime.now(UTC)) - timedelta(days=2))
            .not_valid_after(end)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))]), False
            )
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        file = folder / f"{made.serial_number}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(made.public_bytes(Encoding.PEM) + private)
        return cls(file)


@asynccontextmanager
async def served(certificate: Signed) -> AsyncIterator[int]:
    """Serve TLS and say nothing; yields the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.file)

    async def close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(close, LOOPBACK, 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


def patient(port: int, trusted: Signed) -> Patient:
    settings = OperatorSettings(
        kafka=KafkaSettings(
            bootstrap_servers=f"{LOOPBACK}:{port}",
            security_protocol="SSL",
            ssl_cafile=str(trusted.file),
        ),
        redis=RedisSettings(
            url=SecretStr(f"rediss://{LOOPBACK}:{port}/0?ssl_ca_certs={trusted.file}")
        ),
        vector_store=VectorStoreSettings(
            kind=StoreKind.PGVECTOR, url=SecretStr("postgresql://127.0.0.1:1/none")
        ),
    )
    return Patient(settings=settings, clock=utc_now, on_progress=no_progress)


async def found(certificate: Signed, trusted: Signed | None = None) -> list[Diagnosis]:
    async with served(certificate) as port:
        return await certificates.check(patient(port, trusted or certificate))


@pytest.mark.parametrize(
    ("days", "severity"), [(90, None), (20, Severity.WARNING), (3, Severity.ERROR)]
)
async def test_an_end_that_is_near_is_told_of_server_and_authority(
    tmp_path: Path, days: int, severity: Severity | None
) -> None:
    soon = Signed.until(datetime.now(UTC) + timedelta(days=days), tmp_path)
    told = await found(soon)
    assert {each.severity for each in told} == ({severity} if severity else set())
    assert len(told) == (2 if severity else 0)
    assert all(each.remedy.startswith("kubectl ") for each in told)


async def test_a_certificate_that_has_ended_or_is_not_trusted_is_an_error(tmp_path: Path) -> None:
    ended = Signed.until(datetime.now(UTC) - timedelta(days=1), tmp_path)
    good = Signed.until(datetime.now(UTC) + timedelta(days=90), tmp_path)
    assert "has ended" in (await found(ended))[0].meaning
    (told,) = await found(good, trusted=Signed.until(datetime.now(UTC) + timedelta(90), tmp_path))
    assert (told.severity, "not trusted" in told.meaning) == (Severity.ERROR, True)


async def test_without_tls_there_is_nothing_to_look_at() -> None:
    plain = Patient(
        settings=OperatorSettings(kafka=KafkaSettings(), redis=RedisSettings()),
        clock=utc_now,
        on_progress=no_progress,
    )
    assert await certificates.check(plain) == []


async def test_a_broker_without_a_port_and_a_redis_that_is_not_verified_are_no_fault(
    tmp_path: Path,
) -> None:
    good = Signed.until(datetime.now(UTC) + timedelta(days=90), tmp_path)
    async with served(good) as port:
        redis = SecretStr(f"rediss://{LOOPBACK}:{port}/0?ssl_cert_reqs=none")
        settings = patient(port, good).settings
        loose = settings.model_copy(
            update={
                "redis": RedisSettings(url=redis),
                "kafka": settings.kafka.model_copy(update={"bootstrap_servers": "kafka.invalid"}),
            }
        )
        told = await certificates.check(
            Patient(settings=loose, clock=utc_now, on_progress=no_progress)
        )
    assert [each.subject for each in told] == ["kafka.invalid:9092"]


async def test_a_clients_own_certificate_that_ends_is_told(tmp_path: Path) -> None:
    good = Signed.until(datetime.now(UTC) + timedelta(days=90), tmp_path)
    soon = Signed.until(datetime.now(UTC) + timedelta(days=3), tmp_path)
    async with served(good) as port:
        settings = patient(port, good).settings
        given = f"?ssl_ca_certs={good.file}&ssl_certfile={soon.file}&ssl_keyfile={soon.file}"
        own = settings.model_copy(
            update={
                "kafka": settings.kafka.model_copy(update={"ssl_certfile": str(soon.file)}),
                "redis": RedisSettings(url=SecretStr(f"rediss://{LOOPBACK}:{port}/0{given}")),
                "vector_store": VectorStoreSettings(
                    kind=StoreKind.PGVECTOR,
                    url=SecretStr(f"postgresql://127.0.0.1:1/none?sslcert={tmp_path}/none.pem"),
                ),
            }
        )
        told = await certificates.check(
            Patient(settings=own, clock=utc_now, on_progress=no_progress)
        )
    ends, unread = told
    assert ends.subject == f"client certificate {soon.file}"
    assert (ends.severity, "in 3.0 days" in ends.meaning) == (Severity.ERROR, True)
    assert "cannot be read" in unread.meaning
