"""Kafka credentials: what the settings say about encryption and authentication, read once.

aiokafka's clients (`kafka_clients.py`) take these options as they are, and FastStream's broker
(`kafka_broker.py`) gets the same in its own form.
"""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

from ragline.errors import Misconfigured
from ragline.messaging.kafka_token import FileToken, hear_refusals
from ragline.settings import KafkaSettings


def credential_options(kafka: KafkaSettings) -> dict[str, Any]:
    """Return aiokafka's options for the connection's security.

    The keys that begin with `sasl_` are there only with a SASL protocol, and `ssl_context` is null
    without TLS: what the protocol does not use is left out, whatever else is set.

    Raises:
        Misconfigured: the CA bundle, or the client's certificate or key, cannot be read.
    """
    options: dict[str, Any] = {
        "security_protocol": kafka.security_protocol,
        "ssl_context": _ssl_context(kafka) if kafka.uses_tls else None,
    }
    if kafka.uses_tokens:
        hear_refusals()
        options |= {
            "sasl_mechanism": kafka.sasl_mechanism,
            "sasl_oauth_token_provider": FileToken(Path(kafka.sasl_token_file or "")),
        }
    elif kafka.uses_sasl:
        password = kafka.sasl_password
        options |= {
            "sasl_mechanism": kafka.sasl_mechanism,
            "sasl_plain_username": kafka.sasl_username,
            "sasl_plain_password": password.get_secret_value() if password else None,
        }
    return options


def _ssl_context(kafka: KafkaSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=kafka.ssl_cafile)
    except OSError as error:  # what OpenSSL says about the content is one, too
        raise Misconfigured(
            f"RAGLINE_KAFKA__SSL_CAFILE: {kafka.ssl_cafile} cannot be read: {error}: name a file "
            "of CA certificates in PEM format"
        ) from error
    if kafka.ssl_certfile:
        try:
            context.load_cert_chain(kafka.ssl_certfile, kafka.ssl_keyfile or None)
        except OSError as error:
            raise Misconfigured(
                f"RAGLINE_KAFKA__SSL_CERTFILE: {kafka.ssl_certfile} or its key cannot be read: "
                f"{error}: name files in PEM format that belong together"
            ) from error
    return context
