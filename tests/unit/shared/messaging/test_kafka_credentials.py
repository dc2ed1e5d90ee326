"""Credentials: the same for aiokafka's clients and for FastStream's broker, whatever is set."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
from faststream.kafka.security import parse_security
from pydantic import SecretStr, ValidationError

from ragline.errors import Misconfigured
from ragline.messaging.kafka_broker import broker_security, make_broker
from ragline.messaging.kafka_clients import ClientProfile, open_admin
from ragline.messaging.kafka_credentials import credential_options
from ragline.messaging.kafka_token import FileToken
from ragline.settings import KafkaSettings

PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS = (None, "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")


def settings(protocol: str, mechanism: str | None = None, **others: Any) -> KafkaSettings:
    """Return settings with a user and a password; without a mechanism the default decides."""
    stated = {} if mechanism is None else {"sasl_mechanism": mechanism}
    return KafkaSettings.model_validate(
        {
            "security_protocol": protocol,
            "sasl_username": "someone",
            "sasl_password": SecretStr("something"),
            **stated,
            **others,
        }
    )


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("protocol", ["SASL_PLAINTEXT", "SASL_SSL"])
def test_a_sasl_protocol_sends_mechanism_user_and_password(
    protocol: str, mechanism: str | None
) -> None:
    options = credential_options(settings(protocol, mechanism))

    assert options["security_protocol"] == protocol
    assert options["sasl_mechanism"] == (mechanism or "PLAIN")
    assert options["sasl_plain_username"] == "someone"
    assert options["sasl_plain_password"] == "something"


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL"])
def test_other_protocols_send_no_credentials_whatever_is_set(
    protocol: str, mechanism: str | None
) -> None:
    options = credential_options(settings(protocol, mechanism))

    assert set(options) == {"security_protocol", "ssl_context"}
    assert options["security_protocol"] == protocol


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_tls_checks_the_brokers_certificate_and_its_name(protocol: str) -> None:
    context = credential_options(settings(protocol))["ssl_context"]

    if protocol.endswith("SSL"):
        assert context.check_hostname
        assert context.verify_mode == ssl.CERT_REQUIRED
    else:
        assert context is None


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_broker_gets_what_the_clients_get(protocol: str, mechanism: str | None) -> None:
    kafka = settings(protocol, mechanism)
    clients = credential_options(kafka)
    broker = {"security_protocol": "PLAINTEXT"} | parse_security(broker_security(kafka))

    contexts = clients.pop("ssl_context"), broker.pop("ssl_context", None)
    assert broker == clients
    assert [context is None for context in contexts] == [not kafka.uses_tls] * 2


@pytest.mark.parametrize("content", [None, "", "no certificate"])
async def test_a_ca_bundle_that_cannot_be_read_is_named(
    tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    kafka = settings("SSL", ssl_cafile=str(file))

    with pytest.raises(Misconfigured, match=rf"RAGLINE_KAFKA__SSL_CAFILE: {file}"):
        make_broker(kafka, client_id="test")
    with pytest.raises(Misconfigured, match=rf"RAGLINE_KAFKA__SSL_CAFILE: {file}"):
        async with open_admin(kafka, ClientProfile(client_id="test")):
            pass


def test_a_token_is_read_from_its_file_by_every_client(tmp_path: Path) -> None:
    file = str(tmp_path / "token")
    kafka = settings("SASL_SSL", "OAUTHBEARER", sasl_token_file=file, sasl_password=None)
    options = credential_options(kafka)
    broker = parse_security(broker_security(kafka))

    assert isinstance(options["sasl_oauth_token_provider"], FileToken)
    assert "sasl_plain_username" not in options
    assert (broker["security_protocol"], broker["sasl_mechanism"]) == ("SASL_SSL", "OAUTHBEARER")


def test_without_a_token_nobody_starts_and_the_variable_is_named() -> None:
    with pytest.raises(ValidationError, match="RAGLINE_KAFKA__SASL_TOKEN_FILE"):
        settings("SASL_SSL", "OAUTHBEARER")


def test_a_clients_certificate_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "client.pem"
    file.write_text("no certificate")
    with pytest.raises(Misconfigured, match=rf"RAGLINE_KAFKA__SSL_CERTFILE: {file}"):
        credential_options(settings("SSL", ssl_certfile=str(file)))


def test_no_ca_bundle_means_the_systems() -> None:
    assert credential_options(settings("SSL", ssl_cafile=""))["ssl_context"] is not None
