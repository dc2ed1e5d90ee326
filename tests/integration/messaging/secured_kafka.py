"""A Kafka that wants credentials: a listener for each protocol, certificates of its own CA."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._scram import (
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from ragline_cli.stack.kafka import KafkaServer
from ragline_cli.stack.ports import LOOPBACK, choose_port

USER, PASSWORD = "someone", "something"
_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
_MODULES = "org.apache.kafka.common.security"
_VALID = timedelta(days=2)


class SecuredKafka(KafkaServer):
    """A one-node Kafka with TLS, SASL and both, beside the plaintext listener of its own.

    `ports` has the port of each protocol; `cafile` is the CA to trust, `other_cafile` one not to.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        secured = ("SASL_PLAINTEXT", "SSL", "SASL_SSL")
        self.ports = {"PLAINTEXT": self.port} | {name: choose_port(None) for name in secured}
        self.cafile = self.folder / "ca.pem"
        self.other_cafile = self.folder / "other-ca.pem"

    def bootstrap(self, protocol: str) -> str:
        """Return the address of a protocol's listener."""
        return f"{LOOPBACK}:{self.ports[protocol]}"

    def prepare(self, cancel: Event) -> None:
        """Make the certificates and add the listeners to the configuration."""
        authority = Authority.make()
        authority.write(self.cafile)
        Authority.make().write(self.other_cafile)
        authority.sign_broker(self.folder / "broker.pem")
        super().prepare(cancel)
        file = self.folder / "server.properties"
        plain = dict(line.split("=", 1) for line in file.read_text().splitlines())
        file.write_text("".join(f"{k}={v}\n" for k, v in self._secured(plain).items()))

    def add_user(self) -> None:
        """Let `USER` in with SCRAM, too; returns when the broker knows it."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap_servers})
        mechanisms = (ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512)
        for mechanism in mechanisms:
            login = ScramCredentialInfo(mechanism, 4096)
            wanted = UserScramCredentialUpsertion(USER, login, PASSWORD.encode())
            admin.alter_user_scram_credentials([wanted])[USER].result(30)
        known: set[ScramMechanism] = set()
        while known != set(mechanisms):
            found: Any = admin.describe_user_scram_credentials([USER])
            known = {each.mechanism for each in found[USER].result(30).scram_credential_infos}

    def _secured(self, plain: dict[str, str]) -> dict[str, str]:
        added = [name for name in self.ports if name != "PLAINTEXT"]
        addresses = ",".join(f"{name}://{self.bootstrap(name)}" for name in added)
        protocols = ",".join(f"{name}:{name}" for name in added)
        return plain | {
            "listeners": f"{plain['listeners']},{addresses}",
            "advertised.listeners": f"{plain['advertised.listeners']},{addresses}",
            "listener.security.protocol.map": (
                f"{plain['listener.security.protocol.map']},{protocols}"
            ),
            "sasl.enabled.mechanisms": ",".join(_MECHANISMS),
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self.folder / "broker.pem"),
            **{
                f"listener.name.{listener}.{mechanism.lower()}.sasl.jaas.config": _login(mechanism)
                for listener in ("sasl_plaintext", "sasl_ssl")
                for mechanism in _MECHANISMS
            },
        }


def _login(mechanism: str) -> str:
    if mechanism == "PLAIN":
        return f'{_MODULES}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
    return f"{_MODULES}.scram.ScramLoginModule required;"


@dataclass(frozen=True)
class Authority:
    """A certificate authority for a test."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def make(cls) -> Authority:
        """Make one with a key of its own."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("a test's authority")
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        certificate = (
            _builder(key, subject=name, issuer=name)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(key, hashes.SHA256())
        )
        return cls(key, certificate)

    def write(self, file: Path) -> None:
        """Write the certificate for those who trust it."""
        file.write_bytes(self.certificate.public_bytes(Encoding.PEM))

    def sign_broker(self, file: Path) -> None:
        """Write a key and its certificate for the loopback address."""
        key = ec.generate_private_key(ec.SECP256R1())
        address = x509.IPAddress(ipaddress.ip_address(LOOPBACK))
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        certificate = (
            _builder(key, subject=_name("broker"), issuer=self.certificate.subject)
            .add_extension(x509.SubjectAlternativeName([address]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(issuer, critical=False)
            .sign(self.key, hashes.SHA256())
        )
        file.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + certificate.public_bytes(Encoding.PEM)
        )


def _builder(
    key: ec.EllipticCurvePrivateKey, *, subject: x509.Name, issuer: x509.Name
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _VALID)
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
