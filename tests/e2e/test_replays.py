"""A question that failed for want of the store is replayed, and answered as a second attempt."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from typer.testing import CliRunner

from ragline_cli.main import app

from .conftest import Pipeline


def replay(pipeline: Pipeline, key: str) -> str:
    """Replay the dead letters of a key with the command line, and return what it says."""
    command = ["dead-letters", "replay", "--key", key, "--execute", "--json"]
    result = CliRunner().invoke(
        app, [*command, "--bootstrap", pipeline.bootstrap], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_failed_question_is_answered_when_it_is_replayed(pipeline: Pipeline) -> None:
    tenant = f"replay-{uuid4().hex[:8]}"
    pipeline.change(
        tenant=tenant, document_id="ferry", version=1, content="The ferry leaves at half past six."
    )
    query_id = str(uuid4())
    store = pipeline.launcher.plan.store
    store.kill()
    # Long enough that the store is seen to fail however busy the machine is: a query that never
    # got that far is `expired`, and leaves no dead letter to replay.
    until = (datetime.now(UTC) + timedelta(seconds=20)).isoformat()
    query = {
        "query_id": query_id,
        "text": "When does the ferry leave?",
        "tenant": tenant,
        "deadline": until,
    }
    try:
        pipeline.publish("queries", query, key=query_id)
        failed = pipeline.answer(query_id)
    finally:
        store.start()
    assert failed["status"] == "failed", failed
    pipeline.dead_letter(lambda m: m.key() == query_id.encode())

    assert '"replayed": 1' in replay(pipeline, query_id)

    def second(message: Any) -> bool:
        same: bool = message.key() == query_id.encode()
        return same and bool(json.loads(message.value()).get("attempt") == 2)

    answered = json.loads(pipeline.answers.find(second, 90).value())
    assert answered["status"] == "answered", answered
    assert "half past six" in answered["text"]
    assert '"replayed": 0' in replay(pipeline, query_id)  # handled before
