"""By which names a gateway that asks for no credentials may be called."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from ragline_gateway.access.authenticator import open_authenticator
from ragline_gateway.problems import Problem
from ragline_gateway.settings import GatewayGroup


async def refusal(sent: str, **settings: object) -> str | None:
    """Return why a request for the host `sent` is refused; it is the page's own origin, too."""
    given = GatewayGroup.model_validate({"anonymous_tenant": "home"} | settings)
    async with open_authenticator(given) as authenticator:
        try:
            await authenticator.admit(Headers({"Host": sent, "Origin": f"http://{sent}"}))
        except Problem as refused:
            return f"{refused.status} {refused.code}"
    return None


FOREIGN = "403 foreign-host"


@pytest.mark.parametrize("listening", ["127.0.0.1", "0.0.0.0", "::", "*", "localhost", "10.1.2.3"])  # noqa: S104
async def test_a_name_that_was_made_to_lead_here_is_not_answered_on_any_address(
    listening: str,
) -> None:
    """DNS rebinding reaches published and forwarded ports, too."""
    for host in ("evil.example", "evil.example:8080", "localhost.evil.example", "", "0.0.0.0"):  # noqa: S104
        assert await refusal(host, host=listening) == FOREIGN
    for host in ("localhost:8080", "LOCALHOST", "127.0.0.1:1", "[::1]:8080"):
        assert await refusal(host, host=listening) is None


async def test_the_operator_names_further_hosts() -> None:
    named = {"host": "0.0.0.0", "allowed_hosts": ["rag.intern.example", "Box:8080"]}  # noqa: S104
    for host in ("rag.intern.example", "RAG.intern.example:80", "box:8080", "box"):
        assert await refusal(host, **named) is None
    assert await refusal("x.rag.intern.example", **named) == FOREIGN


@pytest.mark.parametrize(
    ("listening", "host"), [("10.1.2.3", "10.1.2.3:80"), ("fd00::7", "[fd00::7]")]
)
async def test_the_address_that_is_listened_on_is_a_name_of_its_own(
    listening: str, host: str
) -> None:
    assert await refusal(host, host=listening) is None
    assert await refusal(host, host="127.0.0.1") == FOREIGN
