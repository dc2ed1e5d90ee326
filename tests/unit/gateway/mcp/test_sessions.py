"""Names of calls: one for each call of a session, and none that a caller could mistake."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from ragline_gateway.mcp.sessions import begins_session, call_key, cancelled_request


def key(session: str | None, number: Any) -> str | None:
    return call_key(Headers({} if session is None else {"Mcp-Session-Id": session}), number)


def test_calls_of_a_session_have_names_of_their_own() -> None:
    assert key("s", 1) == key("s", 1)
    assert len({key("s", 1), key("s", "1"), key("s", 2), key("t", 1)}) == 4


@pytest.mark.parametrize(
    ("session", "number"), [(None, 1), ("", 1), ("s" * 200, 1), ("s", None), ("s", True)]
)
def test_a_call_without_a_session_has_none(session: str | None, number: Any) -> None:
    assert key(session, number) is None


def cancelling(**changes: Any) -> bytes:
    message = {"method": "notifications/cancelled", "params": {"requestId": 7}}
    return json.dumps(message | changes).encode()


def test_a_notification_names_the_request_that_it_cancels() -> None:
    assert cancelled_request(cancelling()) == 7
    assert cancelled_request(cancelling(params={"requestId": "a", "reason": "late"})) == "a"
    assert cancelled_request(cancelling().replace(b"/", rb"\/")) == 7


@pytest.mark.parametrize(
    "body",
    [
        cancelling(id=1),
        cancelling(method="tools/call"),
        cancelling(params=[7]),
        cancelling(params={"requestId": None}),
        cancelling(params={"requestId": True}),
        b"[" + cancelling() + b"]",
        cancelling()[:-1],
    ],
)
def test_what_cancels_nothing_is_left_to_the_protocol(body: bytes) -> None:
    assert cancelled_request(body) is None


def test_only_a_clients_first_message_begins_a_session() -> None:
    assert begins_session(b'{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {}}')
    assert not begins_session(b'{"method": "notifications/initialized"}')
    assert not begins_session(b'{"method": "tools/call", "params": {"name": "initialize"}}')
    assert not begins_session(b'["initialize"]')
    assert not begins_session(b'{"method": "initialize"')


@given(st.binary())
def test_any_body_may_be_looked_at(body: bytes) -> None:
    assert cancelled_request(body) is None
    assert cancelled_request(b'"notifications/cancelled"' + body) is None
