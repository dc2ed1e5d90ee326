"""Which failures of Qdrant are worth another try."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from ragline.adapters.stores.marked.objects import UnknownCollection
from ragline.adapters.stores.qdrant.errors import guarded
from ragline.errors import Misconfigured, PermanentError, Superseded, Unavailable


def said(status: int, message: str = "") -> UnexpectedResponse:
    return UnexpectedResponse(status, "", message.encode(), httpx.Headers())


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (said(500, "Service internal error"), Unavailable),
        (said(502), Unavailable),
        (said(503), Unavailable),
        (said(429), Unavailable),
        (said(408), Unavailable),
        (said(404, "Not found: Collection `Chunks` doesn't exist!"), UnknownCollection),
        (said(404), PermanentError),
        (said(400, "Wrong input: Vector dimension error: expected dim: 8, got 2"), PermanentError),
        (said(409, "Collection `Chunks` already exists!"), PermanentError),
        (said(413), PermanentError),
        (said(422), PermanentError),
        (said(401), Misconfigured),
        (said(403), Misconfigured),
        (ResourceExhaustedResponse("slow down", 3), Unavailable),
        (ResponseHandlingException(httpx.ConnectError("refused")), Unavailable),
        (ResponseHandlingException(httpx.ReadTimeout("slow")), Unavailable),
        (ResponseHandlingException(ValueError("not what the client expects")), Misconfigured),
        (ConnectionResetError(), Unavailable),
        (TimeoutError(), Unavailable),
        (RuntimeError("Cannot send a request, as the client has been closed."), Unavailable),
        (ValueError("Collection Chunks not found"), UnknownCollection),
        (ValueError("could not broadcast input array"), PermanentError),
        (Superseded("newer"), Superseded),
    ],
)
async def test_each_failure_has_its_place_in_the_error_tree(
    failure: Exception, expected: type[Exception]
) -> None:
    with pytest.raises(expected) as caught:
        async with guarded("scroll", 5.0):
            raise failure
    assert type(caught.value) is expected


async def test_a_call_takes_no_longer_than_it_may() -> None:
    with pytest.raises(Unavailable, match=r"longer than 0\.01 s.*RAGLINE_VECTOR_STORE__TIMEOUT_S"):
        async with guarded("scroll", 0.01):
            await asyncio.Event().wait()


async def test_a_cancelled_call_is_cancelled() -> None:
    with pytest.raises(asyncio.CancelledError):
        async with guarded("scroll", 5.0):
            raise asyncio.CancelledError
