"""Certificates and their ends: of the servers, of who must have signed them, and our own."""

from __future__ import annotations

import asyncio
import ssl
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.x509 import load_pem_x509_certificates

from ragline.adapters.redis import tls as redis_tls
from ragline.adapters.redis.credentials import connection_options
from ragline.adapters.stores.pgvector import tls as pgvector_tls
from ragline.adapters.stores.store_url import store_url
from ragline.messaging.kafka_credentials import credential_options
from ragline.settings import StoreKind
from ragline_cli.doctor.diagnosis import Diagnosis, Severity
from ragline_cli.doctor.patient import Patient
from ragline_cli.stack.operator_settings import OperatorSettings

NAME = "certificates"
_SOON = timedelta(days=30)
_VERY_SOON = timedelta(days=7)
_CONNECT_S = 10.0
_HTTPS = 443
_KAFKA = 9_092
_REDIS = 6_379
_POSTGRESQL = 5_432
# PostgreSQL's protocol: a message of 8 bytes asks for TLS, and one byte says that it comes
_SSL_REQUEST = struct.pack("!ii", 8, 80_877_103)
_YES = b"S"
_EXPIRED = 10  # OpenSSL: X509_V_ERR_CERT_HAS_EXPIRED
_RENEW = (
    "kubectl get certificates,secrets --all-namespaces (renew it; with Strimzi: kubectl annotate "
    "secret NAME strimzi.io/force-renew=true)"
)


async def check(patient: Patient) -> list[Diagnosis]:
    """Look at each server that is reached over TLS, as services would, and at our certificates.

    Raises:
        Misconfigured: a CA bundle or a URL cannot be read.
    """
    ends: dict[str, datetime | str] = {}
    for server in _servers(patient.settings):
        ends[f"{server.host}:{server.port}"] = await _end_at(server)
        ends |= _ends_of_authorities(server.context)
    for file in _own_files(patient.settings):
        ends[f"client certificate {file}"] = _end_of_file(file)
    return list(judge(ends, patient.clock()))


def judge(ends: Mapping[str, datetime | str], now: datetime) -> Iterator[Diagnosis]:
    """Yield certificates that end soon, by server; a text says why one cannot be trusted."""
    for subject, end in ends.items():
        if isinstance(end, str):
            yield _diagnosis(Severity.ERROR, subject, end)
        elif end - now < _SOON:
            severity = Severity.ERROR if end - now < _VERY_SOON else Severity.WARNING
            left = (end - now) / timedelta(days=1)
            yield _diagnosis(
                severity,
                subject,
                f"its certificate ends on {end:%Y-%m-%d}, in {max(0.0, left):.1f} days: from then "
                "on no service connects",
            )


@dataclass(frozen=True, slots=True)
class _Server:
    """A server that is reached over TLS; `asked` is what a client sends first to get it."""

    host: str
    port: int
    context: ssl.SSLContext
    asked: bytes = b""


def _servers(settings: OperatorSettings) -> Iterator[_Server]:
    if settings.kafka.uses_tls:
        context = credential_options(settings.kafka)["ssl_context"]
        for server in settings.kafka.bootstrap_servers.split(","):
            address = urlsplit(f"//{server.strip()}")
            yield _Server(address.hostname or "localhost", address.port or _KAFKA, context)
    for redis in {settings.redis, settings.redis.caches}:
        options = connection_options(redis)
        trusting = redis_tls.tls_context(options)
        # without verification no certificate is looked at, neither by services nor here
        if trusting and trusting.verify_mode is ssl.CERT_REQUIRED:
            yield _Server(options.get("host", "localhost"), options.get("port", _REDIS), trusting)
    url = store_url(settings.vector_store)
    store = urlsplit(url)
    if store.scheme == "https" and store.hostname:
        yield _Server(store.hostname, store.port or _HTTPS, ssl.create_default_context())
    if settings.vector_store.kind is StoreKind.PGVECTOR and store.hostname:
        verifying = pgvector_tls.tls_context(url)
        if verifying and verifying.verify_mode is ssl.CERT_REQUIRED:
            yield _Server(store.hostname, store.port or _POSTGRESQL, verifying, _SSL_REQUEST)


def _own_files(settings: OperatorSettings) -> Iterator[str]:
    """Yield the files of the certificates that clients show to servers."""
    if settings.kafka.uses_tls and settings.kafka.ssl_certfile:
        yield settings.kafka.ssl_certfile
    for redis in {settings.redis, settings.redis.caches}:
        if file := connection_options(redis).get("ssl_certfile"):
            yield file
    if settings.vector_store.kind is StoreKind.PGVECTOR and (
        file := pgvector_tls.client_certificate(store_url(settings.vector_store))
    ):
        yield file


def _end_of_file(file: str) -> datetime | str:
    """Return when the first certificate of a file ends: it is the client's, signers follow."""
    try:
        own, *_ = load_pem_x509_certificates(Path(file).read_bytes())
    except (OSError, ValueError) as error:
        return f"it cannot be read: {error}"
    return own.not_valid_after_utc


async def _end_at(server: _Server) -> datetime | str:
    """Return when the certificate ends, or why it is not trusted."""
    try:
        async with asyncio.timeout(_CONNECT_S):
            return await _end_of_server(server)
    except ssl.SSLCertVerificationError as error:
        if error.verify_code == _EXPIRED:
            return "its certificate has ended: no service connects"
        return f"its certificate is not trusted: {error.verify_message}"
    except (OSError, TimeoutError) as error:
        return f"no TLS connection: {error or type(error).__name__}"


async def _end_of_server(server: _Server) -> datetime | str:
    reader, writer = await asyncio.open_connection(server.host, server.port)
    try:
        if server.asked:
            writer.write(server.asked)
            if await reader.read(1) != _YES:
                return "it has no TLS: no service connects"
        await writer.start_tls(server.context, server_hostname=server.host)
        return _end_of(writer.get_extra_info("peercert"))
    finally:
        writer.close()


def _ends_of_authorities(context: ssl.SSLContext) -> dict[str, datetime | str]:
    """Return when the authorities of a file end; the system's own are the system's to renew."""
    known = {cert["serialNumber"] for cert in ssl.create_default_context().get_ca_certs()}
    return {
        f"CA {_common_name(cert)}": _end_of(cert)
        for cert in context.get_ca_certs()
        if cert["serialNumber"] not in known
    }


def _common_name(certificate: Mapping[str, Any]) -> str:
    names = dict(pair for group in certificate["subject"] for pair in group)
    return str(names.get("commonName", certificate["serialNumber"]))


def _end_of(certificate: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)


def _diagnosis(severity: Severity, subject: str, meaning: str) -> Diagnosis:
    return Diagnosis(check=NAME, severity=severity, subject=subject, meaning=meaning, remedy=_RENEW)
