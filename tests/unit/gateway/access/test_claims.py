"""What a token's claims make of its caller."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline_gateway.access.caller import Caller, KeyScope
from ragline_gateway.access.claims import ClaimNames, caller_of
from ragline_gateway.problems import InvalidCredentials

NAMES = ClaimNames(tenant="org", groups="roles", scope="scp")
CLAIMS = {"sub": "ada", "org": "acme"}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def test_claims_name_subject_tenant_groups_and_scopes() -> None:
    claims = CLAIMS | {"roles": ["hr", "it"], "scp": "openid ask operate"}
    assert caller_of(claims, NAMES) == Caller(
        subject="jwt:ada",
        tenant="acme",
        user="ada",
        groups=("hr", "it"),
        scopes=frozenset({KeyScope.ASK, KeyScope.OPERATE}),
    )


def test_without_groups_and_scopes_there_are_none() -> None:
    caller = caller_of(CLAIMS, NAMES)
    assert caller.groups == ()
    assert caller.scopes == frozenset()


@pytest.mark.parametrize("scopes", ["ask write", ["ask", "write"], "write  ask profile"])
def test_scopes_are_text_or_a_list(scopes: Any) -> None:
    assert caller_of(CLAIMS | {"scp": scopes}, NAMES).scopes == {KeyScope.ASK, KeyScope.WRITE}


def test_one_group_may_be_text() -> None:
    assert caller_of(CLAIMS | {"roles": "people, hr"}, NAMES).groups == ("people, hr",)


@pytest.mark.parametrize(
    ("change", "claim"),
    [
        ({"org": "a/b"}, "org"),
        ({"org": ""}, "org"),
        ({"org": ["acme"]}, "org"),
        ({"org": 7}, "org"),
        ({"sub": "a\nb"}, "sub"),
        ({"sub": "a" * 257}, "sub"),
        ({"roles": [1]}, "roles"),
        ({"roles": {"hr": True}}, "roles"),
        ({"roles": ["hr\x00"]}, "roles"),
        ({"roles": ["hr"] * 1_001}, "roles"),
        ({"scp": {"ask": 1}}, "scp"),
        ({"scp": 7}, "scp"),
    ],
)
def test_a_claim_that_cannot_be_used_is_named_and_lets_nobody_in(
    change: dict[str, Any], claim: str
) -> None:
    with pytest.raises(InvalidCredentials) as caught:
        caller_of(CLAIMS | change, NAMES)
    assert caught.value.detail == f"the claim {claim} of the token cannot be used"


@pytest.mark.parametrize("claim", ["sub", "org"])
def test_a_claim_that_is_missing_is_named(claim: str) -> None:
    claims = {name: value for name, value in CLAIMS.items() if name != claim}
    with pytest.raises(InvalidCredentials) as caught:
        caller_of(claims, NAMES)
    assert caught.value.detail == f"the token has no claim {claim}"


@given(st.dictionaries(st.sampled_from(["sub", "org", "roles", "scp"]), anything))
def test_whatever_the_claims_hold_there_is_a_sound_caller_or_none(claims: dict[str, Any]) -> None:
    try:
        caller = caller_of(claims, NAMES)
    except InvalidCredentials:
        return
    assert caller.subject == f"jwt:{claims['sub']}"
    assert caller.tenant == claims["org"]
    assert all(isinstance(group, str) for group in caller.groups)
