"""A Kafka that wants credentials: a listener for each protocol, certificates of its own CA."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import jwt
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._scram import (
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from tests.certificates import Authority

from ragline_cli.stack.kafka import KafkaServer
from ragline_cli.stack.ports import LOOPBACK, choose_port
from ragline_cli.stack.processes import Command

USER, PASSWORD = "someone", "something"
_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER")
# a listener that asks for the client's certificate
MUTUAL = "MUTUAL"
AUDIENCE, ISSUER = "kafka", "https://issuer.example"
_MODULES = "org.apache.kafka.common.security"


class SecuredKafka(KafkaServer):
    """A one-node Kafka with TLS, SASL and both, beside the plaintext listener of its own.

    `ports` has the port of each protocol, and of `MUTUAL`; `cafile` is the CA to trust,
    `other_cafile` one not to; `client` and `other_client` are certificates of theirs, with keys.
    Of tokens it believes those of `issuer`.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        secured = ("SASL_PLAINTEXT", "SSL", "SASL_SSL", MUTUAL)
        self.ports = {"PLAINTEXT": self.port} | {name: choose_port(None) for name in secured}
        self.cafile = self.folder / "ca.pem"
        self.other_cafile = self.folder / "other-ca.pem"
        self.client = self.folder / "client.pem"
        self.other_client = self.folder / "other-client.pem"
        self.issuer = Issuer.make()
        self._jwks = self.folder / "jwks.json"

    def bootstrap(self, protocol: str) -> str:
        """Return the address of a protocol's listener."""
        return f"{LOOPBACK}:{self.ports[protocol]}"

    def prepare(self, cancel: Event) -> None:
        """Make the certificates and add the listeners to the configuration."""
        if not self.cafile.exists():  # started again it is still the one that its clients trust
            self._certify()
        super().prepare(cancel)
        file = self.folder / "server.properties"
        plain = dict(line.split("=", 1) for line in file.read_text().splitlines())
        file.write_text("".join(f"{k}={v}\n" for k, v in self._secured(plain).items()))

    def command(self) -> Command:
        """Return the broker's command line."""
        made = super().command()
        return replace(made, env={**made.env, "JAVA_TOOL_OPTIONS": " ".join(self._java_options())})

    def _certify(self) -> None:
        """Make the certificates of the broker and its clients."""
        authority, other = Authority.make(), Authority.make()
        authority.sign(self.client, name=USER)
        other.sign(self.other_client, name=USER)
        other.write(self.other_cafile)
        authority.sign(self.folder / "broker.pem")
        self._jwks.write_text(json.dumps(self.issuer.public))
        authority.write(self.cafile)

    def add_user(self, name: str = USER) -> None:
        """Let `name` in with SCRAM, too; returns when the broker knows it."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap_servers})
        mechanisms = (ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512)
        for mechanism in mechanisms:
            login = ScramCredentialInfo(mechanism, 4096)
            wanted = UserScramCredentialUpsertion(name, login, PASSWORD.encode())
            admin.alter_user_scram_credentials([wanted])[name].result(30)
        known: set[ScramMechanism] = set()
        while known != set(mechanisms):
            found: Any = admin.describe_user_scram_credentials([name])
            with suppress(KafkaException):  # it knows nobody of that name yet
                known = {each.mechanism for each in found[name].result(30).scram_credential_infos}

    def _java_options(self) -> list[str]:
        return [f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={self._jwks.as_uri()}"]

    def _secured(self, plain: dict[str, str]) -> dict[str, str]:
        added = [name for name in self.ports if name != "PLAINTEXT"]
        addresses = ",".join(f"{name}://{self.bootstrap(name)}" for name in added)
        protocols = ",".join(f"{name}:{'SSL' if name == MUTUAL else name}" for name in added)
        return plain | {
            "listeners": f"{plain['listeners']},{addresses}",
            "advertised.listeners": f"{plain['advertised.listeners']},{addresses}",
            "listener.security.protocol.map": (
                f"{plain['listener.security.protocol.map']},{protocols}"
            ),
            "sasl.enabled.mechanisms": ",".join(_MECHANISMS),
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self.folder / "broker.pem"),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.cafile),
            f"listener.name.{MUTUAL.lower()}.ssl.client.auth": "required",
            "sasl.oauthbearer.jwks.endpoint.url": self._jwks.as_uri(),
            "sasl.oauthbearer.expected.audience": AUDIENCE,
            "sasl.oauthbearer.expected.issuer": ISSUER,
            **{
                f"listener.name.{listener}.oauthbearer.{name}": value
                for listener in ("sasl_plaintext", "sasl_ssl")
                for name, value in {
                    "sasl.server.callback.handler.class": (
                        f"{_MODULES}.oauthbearer.OAuthBearerValidatorCallbackHandler"
                    ),
                    # a connection ends with its token, or after an hour
                    "connections.max.reauth.ms": "3600000",
                }.items()
            },
            **{
                f"listener.name.{listener}.{mechanism.lower()}.sasl.jaas.config": _login(mechanism)
                for listener in ("sasl_plaintext", "sasl_ssl")
                for mechanism in _MECHANISMS
            },
        }


@dataclass(frozen=True)
class Issuer:
    """Signs tokens."""

    key: rsa.RSAPrivateKey

    @classmethod
    def make(cls) -> Issuer:
        """Make one with a key of its own."""
        return cls(rsa.generate_private_key(public_exponent=65_537, key_size=2_048))

    @property
    def public(self) -> dict[str, Any]:
        """The set of its keys, as brokers read it (JWKS)."""
        key = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [key | {"kid": "1", "use": "sig", "alg": "RS256"}]}

    def token(self, *, audience: str = AUDIENCE, lives: timedelta = timedelta(days=1)) -> str:
        """Return a token for `USER`."""
        now = datetime.now(UTC)
        claims = {"sub": USER, "aud": audience, "iss": ISSUER, "iat": now, "exp": now + lives}
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "1"})


def _login(mechanism: str) -> str:
    if mechanism == "PLAIN":
        return f'{_MODULES}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
    if mechanism == "OAUTHBEARER":
        return f"{_MODULES}.oauthbearer.OAuthBearerLoginModule required;"
    return f"{_MODULES}.scram.ScramLoginModule required;"
