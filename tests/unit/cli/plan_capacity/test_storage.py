"""What is kept follows from rates, times and sizes."""

from __future__ import annotations

import pytest

from ragline.settings import StoreKind
from ragline_cli.plan_capacity.demand import Demand
from ragline_cli.plan_capacity.storage import (
    claim_bytes,
    embedding_bytes,
    embedding_core_hours,
    topic_bytes,
)

from .conftest import RECORD_BYTES

TARGET = Demand(
    per_second=40,
    p95_ms=1_000,
    peak_to_mean=4,
    documents=1_000,
    document_bytes=20_000,
    chunks=1_000_000,
    store=StoreKind.PGVECTOR,
    model_seconds=0,
    tokens_in=0,
    tokens_out=0,
)
A_DAY = 10 * 86_400


def test_topics_keep_their_days_three_times() -> None:
    found = topic_bytes(TARGET, RECORD_BYTES)
    assert found["candidates"] == pytest.approx(A_DAY * 20_000 * 3)
    assert found["answers"] == pytest.approx(A_DAY * 4_000 * 3 * 7)
    assert found["documents"] == 1_000 * 20_000 * 3


def test_a_topic_that_was_not_measured_is_left_out() -> None:
    assert set(topic_bytes(TARGET, {})) == {"documents"}


def test_redis_keeps_two_days_of_claims_and_every_embedding() -> None:
    assert claim_bytes(TARGET, None) == pytest.approx(2 * A_DAY * 4_170)
    assert claim_bytes(TARGET, 6_000.0) == pytest.approx(2 * A_DAY * 6_170)
    assert embedding_bytes(TARGET) == 1.7e9


def test_embedding_takes_28_ms_a_chunk() -> None:
    assert embedding_core_hours(TARGET) == pytest.approx(7.78, rel=0.01)
