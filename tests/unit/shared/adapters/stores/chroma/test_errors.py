"""Which failures of Chroma are worth another try."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from ragline.adapters.stores.chroma.errors import Overtaken, guarded
from ragline.adapters.stores.marked.objects import UnknownCollection
from ragline.errors import Misconfigured, PermanentError, Superseded, Unavailable

REQUEST = httpx.Request("GET", "http://chroma.test")


def said(status: int, message: str = "") -> httpx.HTTPStatusError:
    answer = httpx.Response(status, json={"message": message}, request=REQUEST)
    return httpx.HTTPStatusError("said", request=REQUEST, response=answer)


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (said(500, "database is locked"), Unavailable),
        (said(500, "Error executing plan: Internal error: Error finding id"), Overtaken),
        (said(502), Unavailable),
        (said(503), Unavailable),
        (said(429), Unavailable),
        (said(408), Unavailable),
        (said(404, "Collection [x] does not exist."), UnknownCollection),
        (said(404), PermanentError),
        (said(400, "Collection expecting embedding with dimension of 2, got 3"), PermanentError),
        (said(413), PermanentError),
        (said(422), PermanentError),
        (said(501, "Sparse vector is not supported"), PermanentError),
        (said(401), Misconfigured),
        (said(403), Misconfigured),
        (httpx.ConnectError("refused"), Unavailable),
        (httpx.ReadTimeout("slow"), Unavailable),
        (httpx.RemoteProtocolError("half an answer"), Unavailable),
        (ConnectionResetError(), Unavailable),
        (TimeoutError(), Unavailable),
        (RuntimeError("Cannot send a request, as the client has been closed."), Unavailable),
        (json.JSONDecodeError("not JSON", "<html>", 0), Misconfigured),
        (Superseded("newer"), Superseded),
    ],
)
async def test_each_failure_has_its_place_in_the_error_tree(
    failure: Exception, expected: type[Exception]
) -> None:
    with pytest.raises(expected) as caught:
        async with guarded("get", 5.0):
            raise failure
    assert type(caught.value) is expected


async def test_a_call_takes_no_longer_than_it_may() -> None:
    with pytest.raises(Unavailable, match=r"longer than 0\.01 s.*RAGLINE_VECTOR_STORE__TIMEOUT_S"):
        async with guarded("get", 0.01):
            await asyncio.Event().wait()


async def test_a_cancelled_call_is_cancelled() -> None:
    with pytest.raises(asyncio.CancelledError):
        async with guarded("get", 5.0):
            raise asyncio.CancelledError
