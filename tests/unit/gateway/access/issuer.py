"""An issuer of JWTs: signing keys, and tokens made with them."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms
from starlette.datastructures import Headers

from ragline_gateway.access.jwks import KeySet, parse_key_set

ISSUER = "https://login.example"
AUDIENCE = "ragline"


@dataclass
class Issuer:
    """Signs tokens; each key has an id and an algorithm."""

    private: dict[str, tuple[str, Any]] = field(default_factory=dict)

    def add(self, key_id: str, algorithm: str = "ES256") -> None:
        key: Any
        match algorithm[:2]:
            case "ES":
                key = ec.generate_private_key(ec.SECP256R1())
            case "Ed":
                key = ed25519.Ed25519PrivateKey.generate()
            case _:
                key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        self.private[key_id] = (algorithm, key)

    def document(self, **changes: Any) -> dict[str, Any]:
        """The key set that it publishes."""
        return {"keys": [self.published(key_id) | changes for key_id in self.private]}

    def published(self, key_id: str) -> dict[str, Any]:
        algorithm, key = self.private[key_id]
        public: dict[str, Any] = json.loads(
            get_default_algorithms()[algorithm].to_jwk(key.public_key())
        )
        return {**public, "kid": key_id, "use": "sig"}

    def keys(self) -> KeySet:
        return parse_key_set(self.document())

    def token(self, key_id: str, *, headers: dict[str, Any] | None = None, **claims: Any) -> str:
        """A token with sound claims, but for those that are given; None leaves one out."""
        algorithm, key = self.private[key_id]
        return jwt.encode(
            sound(**claims), key, algorithm=algorithm, headers=headers or {"kid": key_id}
        )


def sound(**changes: Any) -> dict[str, Any]:
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ada",
        "exp": int(time.time()) + 300,
        "tenant": "acme",
        "groups": ["hr"],
        "scope": "openid ask write",
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


class Watch:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def bearer(credential: str) -> Headers:
    return Headers({"Authorization": f"Bearer {credential}"})
