"""What is wrong with the ledger's Redis is shown, and that it is over."""

from __future__ import annotations

import logging
from typing import cast

import pytest
from redis import exceptions as redis_errors
from redis.asyncio import Redis

from ragline.adapters.redis.ledger_watch import LedgerWatch
from ragline.observability.metrics import Metrics


class Server:
    """Takes the write, or fails."""

    def __init__(self) -> None:
        self.failure: Exception | None = None

    async def set(self, _key: str, _value: bytes, *, ex: int) -> None:
        assert ex > 0
        if self.failure is not None:
            raise self.failure


async def test_an_outage_is_shown_by_its_kind_and_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server, metrics = Server(), Metrics()
    watch = LedgerWatch(cast("Redis", server), metrics=metrics)

    def value(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(name, labels)

    with caplog.at_level(logging.INFO):
        await watch.look()
        assert (watch.trouble(), value("ragline_ledger_up")) == (None, 1)
        server.failure = redis_errors.AuthenticationError("invalid username-password pair")
        await watch.look()
        await watch.look()
        assert "refuses the credentials" in (watch.trouble() or "")
        assert value("ragline_ledger_up") == 0
        server.failure = redis_errors.OutOfMemoryError("command not allowed")
        await watch.look()
        assert "command not allowed" in (watch.trouble() or "")
        server.failure = None
        await watch.look()

    assert (watch.trouble(), value("ragline_ledger_up")) == (None, 1)
    assert value("ragline_ledger_failures_total", code="credentials_refused") == 2
    assert value("ragline_ledger_failures_total", code="unavailable") == 1
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
