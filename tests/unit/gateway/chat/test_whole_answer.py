"""Whoever leaves while the whole answer is awaited stops its question."""

from __future__ import annotations

import asyncio

import pytest
from tests.unit.gateway.leaving import leave
from tests.unit.gateway.mcp.agents import Endless, Pipeline, answered, make_gateway, plain_client

from ragline_gateway.queries.records import QueryRecord

CHAT = ("/v1/chat/completions", b'{"model":"ragline","messages":[%s]}')
RESPONSE = ("/v1/responses", b'{"model":"ragline","input":[%s]}')
QUESTION = b'{"role":"user","content":"Where?"}'


@pytest.mark.parametrize(("path", "body"), [CHAT, RESPONSE])
@pytest.mark.parametrize("away", [False, True])
async def test_a_client_that_goes_away_stops_its_question(
    path: str, body: bytes, away: bool
) -> None:
    pipeline = Endless(away=away)

    async def never(record: QueryRecord, *, within_s: float) -> bytes | None:
        return None if [each async for each in pipeline.follow(record)] else b""

    pipeline.answer = never  # type: ignore[assignment]
    await leave(make_gateway(pipeline), path, body % QUESTION, when=pipeline.follows)

    asked = [each.query_id for each in pipeline.records.values()]
    assert len(asked) == 1
    assert pipeline.cancelled == ([] if away else asked)


@pytest.mark.parametrize(("path", "body"), [CHAT, RESPONSE])
async def test_a_client_that_waits_has_its_answer(path: str, body: bytes) -> None:
    pipeline = Pipeline()

    async def soon(record: QueryRecord, *, within_s: float) -> bytes | None:
        await asyncio.sleep(0)
        return answered().to_json()

    pipeline.answer = soon  # type: ignore[assignment]
    async with plain_client(make_gateway(pipeline)) as client:
        headers = {"Content-Type": "application/json"}
        told = await client.post(path, content=body % QUESTION, headers=headers)

    assert told.status_code == 200
    assert "At the desk. [1]" in told.text
    assert pipeline.cancelled == []
