"""What feedback over HTTP costs."""

from __future__ import annotations

from typing import Any, cast
from unittest.mock import AsyncMock, Mock

import pytest
from tests.unit.gateway.app import Countdown

from ragline.clock import utc_now
from ragline_gateway.access.caller import Caller
from ragline_gateway.feedback.routes import FeedbackBody, give
from ragline_gateway.limits.allowance import Allowance
from ragline_gateway.problems import TooManyRequests

CALLER = Caller(subject="key:k", tenant="acme")


async def test_each_rating_counts_as_a_request_and_none_is_stored_beyond() -> None:
    limiter = Countdown(left=4)
    publish = AsyncMock()
    parts = cast("Any", Mock())
    parts.clock = utc_now
    parts.publisher.publish = publish
    parts.looking.record = AsyncMock(return_value=Mock(query_id="q", tenant="acme"))
    body = FeedbackBody.model_validate(
        {"rating": "up", "citations": [{"marker": n, "rating": "down"} for n in (1, 2)]}
    )

    first = Allowance(limiter, CALLER)
    await first.enter()
    assert (await give("q", body, CALLER, first, parts)).accepted == 3
    assert (limiter.left, publish.await_count) == (1, 3)

    second = Allowance(limiter, CALLER)
    await second.enter()
    with pytest.raises(TooManyRequests):
        await give("q", body, CALLER, second, parts)
    assert publish.await_count == 3
