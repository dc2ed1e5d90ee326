"""Whoever leaves a question that is theirs alone stops it."""

from __future__ import annotations

import pytest
from tests.unit.gateway.leaving import leave
from tests.unit.gateway.mcp.agents import Endless, Pipeline, make_gateway, make_parts
from tests.unit.gateway.real_api import CALLERS

from ragline_gateway.queries.models import AskBody
from ragline_gateway.streams.mailbox import Closing
from ragline_gateway.streams.only_reader import only_reader

CHAT = ("/v1/chat/completions", b'{"model":"ragline","stream":true,"messages":[%s]}')
RESPONSE = ("/v1/responses", b'{"model":"ragline","stream":true,"input":[%s]}')
QUESTION = b'{"role":"user","content":"Where?"}'


@pytest.mark.parametrize(("path", "body"), [CHAT, RESPONSE])
@pytest.mark.parametrize("away", [False, True])
async def test_a_client_that_goes_away_stops_its_question(
    path: str, body: bytes, away: bool
) -> None:
    pipeline = Endless(away=away)
    await leave(make_gateway(pipeline), path, body % QUESTION, when=pipeline.follows)

    asked = [each.query_id for each in pipeline.records.values()]
    assert (len(asked), pipeline.left) == (1, 1)
    assert pipeline.cancelled == ([] if away else asked)


@pytest.mark.parametrize("pipeline", [Pipeline(), Pipeline(ends=Closing())])
async def test_a_question_that_was_followed_to_its_end_is_not_stopped(pipeline: Pipeline) -> None:
    parts = make_parts(pipeline)
    record = await parts.asking.ask(AskBody(text="Where?"), CALLERS["asker"])

    assert [each async for each in only_reader(parts, record)]
    assert pipeline.cancelled == []
