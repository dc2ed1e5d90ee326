"""Who comes through the front door."""

from __future__ import annotations

import logging
import string
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from tests.unit.gateway.access.issuer import AUDIENCE, ISSUER, Issuer, bearer

from ragline.api_keys.files import KeyEntry, entry_as_toml
from ragline.api_keys.form import digest_of, make_key
from ragline.clock import utc_now
from ragline.errors import Misconfigured
from ragline_gateway.access.anonymous import Anonymous
from ragline_gateway.access.authenticator import Authenticator, open_authenticator
from ragline_gateway.access.claims import ClaimNames
from ragline_gateway.access.jwks import KeySet
from ragline_gateway.access.jwt import Tokens
from ragline_gateway.access.keys import Keys
from ragline_gateway.access.signing_keys import SigningKeys
from ragline_gateway.problems import InvalidCredentials, NoCredentials, Problem
from ragline_gateway.settings import GatewayGroup

KEY = make_key("hr")
# What a client on the same machine sends
HERE = {"Host": "localhost:8080"}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    path = tmp_path_factory.mktemp("keys") / "keys.toml"
    known = KeyEntry(id="hr", sha256=digest_of(KEY).hex(), tenant="acme")
    path.write_text(entry_as_toml(known))
    return Keys(path, clock=utc_now, monotonic=time.monotonic)


@pytest.fixture(scope="module")
def tokens(issuer: Issuer) -> Tokens:
    async def fetch() -> KeySet:
        return issuer.keys()

    return Tokens(
        SigningKeys(fetch, refresh_s=300, max_age_s=3_600, clock=time.monotonic),
        issuer=ISSUER,
        audience=AUDIENCE,
        names=ClaimNames(tenant="tenant", groups="groups", scope="scope"),
    )


@pytest.fixture(scope="module")
def authenticator(keys: Keys, tokens: Tokens) -> Authenticator:
    return Authenticator(keys=keys, tokens=tokens)


async def test_keys_and_tokens_are_told_apart_by_their_look(
    authenticator: Authenticator, issuer: Issuer
) -> None:
    assert (await authenticator.admit(bearer(KEY))).subject == "key:hr"
    assert (await authenticator.admit(bearer(issuer.token("ec")))).subject == "jwt:ada"


async def test_both_may_come_in_either_header(authenticator: Authenticator, issuer: Issuer) -> None:
    assert (await authenticator.admit(Headers({"X-API-Key": KEY}))).subject == "key:hr"
    token = Headers({"X-API-Key": issuer.token("ec")})
    assert (await authenticator.admit(token)).subject == "jwt:ada"
    assert (
        await authenticator.admit(Headers({"authorization": f"bearer  {KEY} "}))
    ).subject == "key:hr"


async def test_the_same_credential_twice_is_one(authenticator: Authenticator) -> None:
    twice = Headers({"Authorization": f"Bearer {KEY}", "X-API-Key": KEY})
    assert (await authenticator.admit(twice)).subject == "key:hr"


async def test_two_credentials_are_none(authenticator: Authenticator, issuer: Issuer) -> None:
    two = Headers({"Authorization": f"Bearer {KEY}", "X-API-Key": issuer.token("ec")})
    with pytest.raises(InvalidCredentials):
        await authenticator.admit(two)
    repeated = [(b"authorization", f"Bearer {key}".encode()) for key in (KEY, make_key("hr"))]
    with pytest.raises(InvalidCredentials):
        await authenticator.admit(Headers(raw=repeated))


async def test_nobody_comes_in_without_credentials(authenticator: Authenticator) -> None:
    with pytest.raises(NoCredentials) as caught:
        await authenticator.admit(Headers({}))
    assert caught.value.status == 401
    assert caught.value.headers == {"WWW-Authenticate": 'Bearer realm="ragline"'}


async def test_a_tenant_in_a_header_moves_nobody_who_has_credentials(
    authenticator: Authenticator,
) -> None:
    headers = Headers({"X-API-Key": KEY, "Ragline-Tenant": "other"})
    assert (await authenticator.admit(headers)).tenant == "acme"


async def test_without_jwks_no_token_counts(keys: Keys, issuer: Issuer) -> None:
    with pytest.raises(InvalidCredentials):
        await Authenticator(keys=keys).admit(bearer(issuer.token("ec")))


async def test_without_a_keys_file_no_key_counts(tokens: Tokens) -> None:
    with pytest.raises(InvalidCredentials):
        await Authenticator(tokens=tokens).admit(bearer(KEY))


ascii_text = st.text(st.characters(codec="latin-1"))
looks = st.sampled_from(["", "Bearer ", "bearer", "Basic ", "Bearer rgl_", "Bearer rgl_hr_", "."])
values = st.builds(lambda *parts: "".join(parts), looks, ascii_text, looks, ascii_text)
names = st.sampled_from(["authorization", "x-api-key", "ragline-tenant", "origin", "host"])


@given(st.lists(st.tuples(names, values | st.just("Bearer a.b.c")), max_size=4))
@example([("authorization", "Bearer " + "a" * 100_000)])
@example([("x-api-key", "..")])
async def test_whatever_headers_hold_it_lets_in_or_says_401(
    authenticator: Authenticator, headers: list[tuple[str, str]]
) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    with pytest.raises(Problem) as caught:
        await authenticator.admit(Headers(raw=raw))
    assert caught.value.status == 401
    assert caught.value.headers["WWW-Authenticate"].startswith("Bearer ")


@given(st.text(string.ascii_letters + string.digits + "-_", min_size=43, max_size=43))
async def test_guessing_a_known_keys_secret_is_refused(
    authenticator: Authenticator, guess: str
) -> None:
    with pytest.raises(InvalidCredentials):
        await authenticator.admit(bearer(f"rgl_hr_{guess}"))


async def test_anonymous_callers_may_do_everything_in_a_tenant_of_their_choice() -> None:
    authenticator = Authenticator(anonymous=Anonymous("home"))
    caller = await authenticator.admit(Headers(HERE))
    assert (caller.subject, caller.tenant, caller.anonymous) == ("anonymous", "home", True)
    assert sorted(caller.scopes) == ["access", "ask", "operate", "write"]
    assert (await authenticator.admit(Headers(HERE | {"Ragline-Tenant": "work"}))).tenant == "work"


@pytest.mark.parametrize("tenant", ["", "a/b", "a" * 65, "ä"])
async def test_a_header_that_names_no_tenant_is_told_so(tenant: str) -> None:
    with pytest.raises(Problem) as caught:
        await Authenticator(anonymous=Anonymous("home")).admit(
            Headers(HERE | {"Ragline-Tenant": tenant})
        )
    assert caught.value.status == 422
    assert caught.value.errors[0].loc == ["header", "Ragline-Tenant"]


async def test_bad_credentials_make_nobody_anonymous(keys: Keys) -> None:
    authenticator = Authenticator(keys=keys, anonymous=Anonymous("home"))
    assert (await authenticator.admit(Headers(HERE))).anonymous
    assert not (await authenticator.admit(bearer(KEY))).anonymous
    for credential in (make_key("hr"), "sk-none", ""):
        with pytest.raises(InvalidCredentials):
            await authenticator.admit(bearer(credential))


async def test_where_nothing_can_be_checked_a_client_may_send_what_it_must() -> None:
    sent = Headers(HERE | dict(bearer("sk-none")))
    assert (await Authenticator(anonymous=Anonymous("home")).admit(sent)).anonymous


@pytest.mark.parametrize(
    ("origin", "let_in"),
    [
        ("http://localhost:8080", True),
        ("https://portal.example", True),
        ("https://evil.example", False),
        ("http://localhost:9999", False),
        ("null", False),
        ("", False),
    ],
)
async def test_a_page_of_another_origin_cannot_act_for_who_looks_at_it(
    origin: str, let_in: bool
) -> None:
    authenticator = Authenticator(anonymous=Anonymous("home", origins=["https://portal.example"]))
    headers = Headers({"Host": "localhost:8080", "Origin": origin})
    if let_in:
        assert await authenticator.admit(headers)
        return
    with pytest.raises(Problem) as caught:
        await authenticator.admit(headers)
    assert (caught.value.status, caught.value.code) == (403, "foreign-origin")


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({}, "RAGLINE_GATEWAY__KEYS_FILE .*RAGLINE_GATEWAY__JWKS_URL .*ANONYMOUS_TENANT"),
        ({"jwks_url": "https://i.example/keys"}, "needs RAGLINE_GATEWAY__JWT_ISSUER"),
        ({"jwks_url": "https://i.example/k", "jwt_issuer": "i"}, "RAGLINE_GATEWAY__JWT_AUDIENCE"),
        ({"jwks_url": "i", "jwt_issuer": "i", "jwt_audience": "a"}, "must look like https://"),
        ({"jwks_url": "https://:x", "jwt_issuer": "i", "jwt_audience": "a"}, "is no URL"),
        ({"keys_file": "/none/keys.toml"}, "/none/keys.toml"),
    ],
)
async def test_a_gateway_that_nobody_could_enter_or_anybody_does_not_start(
    values: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(Misconfigured, match=complaint):
        async with open_authenticator(GatewayGroup.model_validate(values)):
            pass


async def test_keys_that_come_without_tls_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    values = {"jwks_url": "http://i.example", "jwt_issuer": "i", "jwt_audience": "a"}
    with caplog.at_level(logging.WARNING):
        async with open_authenticator(GatewayGroup.model_validate(values)):
            pass
    assert "no TLS" in caplog.text


async def test_each_way_in_is_opened_by_its_settings(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    known = KeyEntry(id="hr", sha256=digest_of(KEY).hex(), tenant="acme")
    path.write_text(entry_as_toml(known))
    both = GatewayGroup(keys_file=str(path), anonymous_tenant="home")
    async with open_authenticator(both) as authenticator:
        assert (await authenticator.admit(bearer(KEY))).subject == "key:hr"
        assert (await authenticator.admit(Headers({"Host": "localhost"}))).tenant == "home"


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:8080", "[::1]"])
async def test_on_the_loopback_address_its_own_names_are_answered(host: str) -> None:
    authenticator = Authenticator(anonymous=Anonymous("home"))

    assert (await authenticator.admit(Headers({"Host": host}))).anonymous


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", ""]
)
async def test_a_name_that_was_made_to_lead_here_is_not_answered(host: str) -> None:
    """DNS rebinding: the page's origin is then the gateway's own."""
    authenticator = Authenticator(anonymous=Anonymous("home"))
    headers = Headers({"Host": host, "Origin": f"http://{host}"})

    with pytest.raises(Problem) as refused:
        await authenticator.admit(headers)

    assert refused.value.code == "foreign-host"
