"""The client's failures in the project's error tree."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from pinecone.errors.exceptions import (
    ApiError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    PayloadTooLargeError,
    PaymentRequiredError,
    PineconeConnectionError,
    PineconeTimeoutError,
    PineconeTypeError,
    PineconeValueError,
    RateLimitError,
    ResponseParsingError,
    ServiceError,
    UnauthorizedError,
)

from ragline.adapters.stores.pinecone.errors import UnknownIndex, guarded
from ragline.errors import Misconfigured, PermanentError, RateLimited, TransientError, Unavailable


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (UnauthorizedError("no", 401), Misconfigured),
        (ForbiddenError("no", 403), Misconfigured),
        (PaymentRequiredError("no", 402), Misconfigured),
        (NotFoundError("no", 404), UnknownIndex),
        (RateLimitError("no", 429), RateLimited),
        (ConflictError("no", 409), Unavailable),
        (ApiError("no", 408), Unavailable),
        (ServiceError("no", 500), Unavailable),
        (ServiceError("no", 504), Unavailable),
        (ApiError("no", 400), PermanentError),
        (PayloadTooLargeError("no", 413), PermanentError),
        (PineconeValueError("no"), PermanentError),
        (PineconeTypeError("no"), PermanentError),
        (PineconeConnectionError("no"), Unavailable),
        (PineconeTimeoutError("no"), Unavailable),
        (ResponseParsingError("no"), Unavailable),
        (httpx.ReadError("no"), Unavailable),
        (ConnectionResetError("no"), Unavailable),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Exception) else each.__name__,
)
async def test_each_failure_has_its_place(
    raised: Exception, expected: type[PermanentError | TransientError]
) -> None:
    with pytest.raises(expected, match="Pinecone: searching failed") as told:
        async with guarded("searching", 1.0):
            raise raised
    assert type(told.value) is expected
    assert told.value.__cause__ is raised


async def test_a_limit_and_trouble_pass_on_how_long_to_wait() -> None:
    with pytest.raises(RateLimited) as limited:
        async with guarded("searching", 1.0):
            raise RateLimitError("no", 429, retry_after=7.0)
    assert limited.value.retry_after == 7.0
    for said, seconds in (("2", 2.0), ("-1", 0.0), ("Wed, 21 Oct 2026", None)):
        with pytest.raises(Unavailable) as trouble:
            async with guarded("searching", 1.0):
                raise ServiceError("no", 503, headers={"Retry-After": said})
        assert trouble.value.retry_after == seconds


async def test_a_call_that_takes_too_long_names_the_setting() -> None:
    with pytest.raises(Unavailable, match="TIMEOUT_S"):
        async with guarded("searching", 0.01):
            await asyncio.Event().wait()


async def test_our_own_errors_stay_as_they_are() -> None:
    mine = Misconfigured("mine")
    with pytest.raises(Misconfigured) as told:
        async with guarded("searching", 1.0):
            raise mine
    assert told.value is mine
