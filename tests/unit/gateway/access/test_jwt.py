"""Which JWTs count."""

from __future__ import annotations

import base64
import hmac
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.gateway.access.issuer import AUDIENCE, ISSUER, Issuer, sound

from ragline.errors import Unavailable
from ragline_gateway.access.claims import ClaimNames
from ragline_gateway.access.jwks import KeySet, parse_key_set
from ragline_gateway.access.jwt import Tokens
from ragline_gateway.access.signing_keys import SigningKeys
from ragline_gateway.problems import InvalidCredentials

NAMES = ClaimNames(tenant="tenant", groups="groups", scope="scope")


def tokens(keys: KeySet) -> Tokens:
    async def fetch() -> KeySet:
        return keys

    signing = SigningKeys(fetch, refresh_s=300, max_age_s=3_600, clock=time.monotonic)
    return Tokens(signing, issuer=ISSUER, audience=AUDIENCE, names=NAMES)


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def encoded(value: object) -> str:
    return base64url(json.dumps(value).encode())


async def refusal(verifier: Tokens, token: str) -> str | None:
    with pytest.raises(InvalidCredentials) as caught:
        await verifier.admit(token)
    return caught.value.detail


@pytest.mark.parametrize("key_id", ["ec", "rsa", "pss", "ed"])
async def test_a_sound_token_of_each_kind_of_key_counts(issuer: Issuer, key_id: str) -> None:
    caller = await tokens(issuer.keys()).admit(issuer.token(key_id))
    assert (caller.subject, caller.tenant, caller.groups) == ("jwt:ada", "acme", ("hr",))


async def test_one_audience_among_others_counts(issuer: Issuer) -> None:
    assert await tokens(issuer.keys()).admit(issuer.token("ec", aud=["x", AUDIENCE]))


async def test_clocks_may_differ_by_seconds(issuer: Issuer) -> None:
    now = int(time.time())
    assert await tokens(issuer.keys()).admit(issuer.token("ec", exp=now - 5, nbf=now + 5))


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": 1}, "the token has ended"),
        ({"nbf": 2**40}, "the token does not count yet"),
        ({"aud": "other"}, "the token is for another audience"),
        ({"iss": "https://evil.example"}, "the token is of another issuer"),
        ({"exp": None}, "the token lacks one of exp, iss, aud and sub"),
        ({"iss": None}, "the token lacks one of exp, iss, aud and sub"),
        ({"aud": None}, "the token lacks one of exp, iss, aud and sub"),
        ({"sub": None}, "the token lacks one of exp, iss, aud and sub"),
        ({"exp": "soon"}, "this is no valid JWT"),
        ({"tenant": None}, "the token has no claim tenant"),
    ],
)
async def test_a_token_that_does_not_count_is_told_why(
    issuer: Issuer, claims: dict[str, Any], reason: str
) -> None:
    assert await refusal(tokens(issuer.keys()), issuer.token("ec", **claims)) == reason


async def test_a_token_of_a_stranger_with_a_known_key_id_is_refused(issuer: Issuer) -> None:
    stranger = type(issuer)()
    stranger.add("ec")
    reason = await refusal(tokens(issuer.keys()), stranger.token("ec"))
    assert reason == "the token's signature is wrong"


async def test_a_changed_token_is_refused(issuer: Issuer) -> None:
    header, _, signature = issuer.token("ec").split(".")
    token = f"{header}.{encoded(sound(tenant='other'))}.{signature}"
    assert await refusal(tokens(issuer.keys()), token) == "the token's signature is wrong"


async def test_no_token_is_signed_with_what_everybody_knows(issuer: Issuer) -> None:
    _, private = issuer.private["rsa"]
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    unsigned = f"{encoded({'alg': 'HS256', 'kid': 'rsa'})}.{encoded(sound())}"
    signature = hmac.digest(public, unsigned.encode(), "sha256")
    for token in (
        f"{unsigned}.{base64url(signature)}",
        jwt.encode(sound(), "", algorithm="none", headers={"kid": "rsa"}),
    ):
        reason = await refusal(tokens(issuer.keys()), token)
        assert reason == "sign tokens with RS256, PS256, ES256 or EdDSA"


async def test_a_symmetric_key_in_the_set_is_no_key(issuer: Issuer) -> None:
    shared = base64url(b"s" * 32)
    published = [{"kty": "oct", "k": shared, "kid": "s"}, issuer.published("ec")]
    keys = parse_key_set({"keys": published})
    assert {key_id for key_id, _ in keys} == {"ec"}


async def test_a_key_serves_only_the_algorithm_that_it_states(issuer: Issuer) -> None:
    published = issuer.published("rsa") | {"alg": "RS512"}
    reason = await refusal(tokens(parse_key_set({"keys": [published]})), issuer.token("rsa"))
    assert reason == "the issuer has no such key"


async def test_a_key_without_an_algorithm_serves_those_of_its_type(issuer: Issuer) -> None:
    published = {k: v for k, v in issuer.published("pss").items() if k != "alg"}
    assert await tokens(parse_key_set({"keys": [published]})).admit(issuer.token("pss"))


async def test_keys_for_encryption_and_keys_that_are_broken_are_passed_by(issuer: Issuer) -> None:
    keys = parse_key_set(
        {
            "keys": [
                issuer.published("ec") | {"use": "enc"},
                issuer.published("rsa") | {"n": "!"},
                {"kty": "EC", "crv": "P-256"},
                {"kty": ["RSA"]},
                "key",
                issuer.published("ed"),
            ]
        }
    )
    assert list(keys) == [("ed", "EdDSA")]


async def test_short_rsa_keys_are_refused() -> None:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=1_024)  # noqa: S505
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    with pytest.warns(jwt.warnings.InsecureKeyLengthWarning):
        token = jwt.encode(sound(), key, algorithm="RS256", headers={"kid": "short"})
    keys = parse_key_set({"keys": [public | {"kid": "short"}]})
    assert await refusal(tokens(keys), token) == "this is no valid JWT"


@pytest.mark.parametrize("document", [None, [], {}, {"keys": None}, {"keys": {}}, "keys"])
def test_what_is_no_key_set_is_told_apart_from_an_empty_one(document: object) -> None:
    with pytest.raises(Unavailable, match="no key set"):
        parse_key_set(document)
    assert parse_key_set({"keys": []}) == {}


segments = st.text() | st.binary(max_size=60).map(base64url)
headers = st.dictionaries(
    st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk", "jku"]),
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["ES256", "RS256", "HS256", "none", "ec", "rsa"])
    | st.lists(st.sampled_from(["b64", "exp"])),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(headers.map(encoded) | segments, segments | st.just(encoded(sound())), segments)
async def test_made_up_tokens_are_refused_and_nothing_else(
    issuer: Issuer, header: str, payload: str, signature: str
) -> None:
    assert await refusal(tokens(issuer.keys()), f"{header}.{payload}.{signature}")
