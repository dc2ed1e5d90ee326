"""A complete answer, whatever its status, or one kind of error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ragline_cli.stack.http_get import HttpAnswer, http_get

if TYPE_CHECKING:
    from tests.unit.cli.stack.conftest import RawServer

UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n"


def test_a_bad_status_is_an_answer_like_any_other(raw_server: RawServer) -> None:
    url = raw_server(UNAVAILABLE + b"{}")
    assert http_get(url, timeout_s=60) == HttpAnswer(status=503, body=b"{}")


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", UNAVAILABLE, UNAVAILABLE + b"{"])
def test_half_an_answer_is_none(raw_server: RawServer, answer: bytes) -> None:
    with pytest.raises(ConnectionError):
        http_get(raw_server(answer), timeout_s=60)


@pytest.mark.parametrize("answer", [b"", UNAVAILABLE, UNAVAILABLE + b"{"])
def test_an_answer_that_does_not_come_is_an_error_of_the_same_kind(
    raw_server: RawServer, answer: bytes
) -> None:
    with pytest.raises(OSError, match="timed out"):
        http_get(raw_server(answer, closes=False), timeout_s=0.1)


def test_a_port_on_which_nothing_listens_is_named_by_its_reason() -> None:
    with pytest.raises(ConnectionError, match="refused"):
        http_get("http://127.0.0.1:1/", timeout_s=60)
