"""A question over real Kafka comes back cited, from documents that arrived as change events."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from ragline.contracts.answers import QueryAnswered
from ragline.contracts.documents import DocumentStatus

from .conftest import Pipeline

# what the stores must do alike is asked of both
pytestmark = pytest.mark.parametrize(
    "pipeline", ["pgvector", "weaviate"], indirect=True, scope="package"
)

KETTLE = """# Kettle K-200 manual

## Descaling

Descale the kettle every two months. Follow these steps:

1. Fill the kettle with 500 ml of water and 50 ml of citric acid solution.
2. Bring it to the boil and let it stand for twenty minutes.
3. Rinse the kettle three times with clean water.

## Troubleshooting

Error E-07 means that the thermostat is overheated. Unplug the kettle and let it cool for
ten minutes before you switch it on again.

## Specifications

The K-200 holds 1.7 litres and draws 2200 watts.
"""


@pytest.fixture(scope="module")
def kettle(pipeline: Pipeline) -> str:
    """A tenant with one document, published in the minimal form."""
    tenant = f"kettle-{uuid4().hex[:8]}"
    status = pipeline.change(tenant=tenant, document_id="kettle.md", version=1, content=KETTLE)
    assert status["status"] == "indexed", status
    assert status["chunks"]["added"] >= 2
    assert status["freshness_ms"] > 0
    return tenant


def test_a_minimal_question_gets_a_cited_answer(pipeline: Pipeline, kettle: str) -> None:
    answer = pipeline.ask("What does error E-07 mean?", tenant=kettle)
    assert answer["status"] == "answered", answer
    assert "thermostat" in answer["text"]
    for citation in answer["citations"]:
        assert citation["document_id"] == "kettle.md"
        assert citation["version"] == 1
        assert KETTLE[citation["start"] : citation["end"]] == citation["quote"]
    assert answer["citations"]
    assert all(claim["support"] == "supported" for claim in answer["validation"]["claims"])
    QueryAnswered.model_validate(answer)


def test_a_question_waits_for_the_version_that_it_names(pipeline: Pipeline) -> None:
    """Read your writes: the question is published before the change."""
    tenant = f"coffee-{uuid4().hex[:8]}"
    query_id = str(uuid4())
    asked = {
        "query_id": query_id,
        "text": "Where is the filter of the coffee machine?",
        "tenant": tenant,
        "deadline": (datetime.now(UTC) + timedelta(seconds=60)).isoformat(),
        "options": {"min_versions": {"coffee.md": 1}},
    }
    pipeline.publish("queries", asked, key=query_id)
    time.sleep(1)
    text = "The filter of the coffee machine is behind the water tank."
    pipeline.change(tenant=tenant, document_id="coffee.md", version=1, content=text)
    answer = pipeline.answer(query_id)
    assert "behind the water tank" in answer["text"]
    assert answer["missing_versions"] == {}


def test_a_version_that_does_not_come_is_named(pipeline: Pipeline, kettle: str) -> None:
    until = (datetime.now(UTC) + timedelta(seconds=24)).isoformat()
    wanted = {"kettle.md": 1, "kettle-manual.md": 7}
    answer = pipeline.ask(
        "What does error E-07 mean?",
        tenant=kettle,
        deadline=until,
        options={"min_versions": wanted},
    )
    assert answer["status"] == "answered", answer
    assert answer["missing_versions"] == {"kettle-manual.md": 7}
    assert "min_versions_not_reached" in answer["degradations"]


def test_the_answer_says_where_its_time_went(pipeline: Pipeline, kettle: str) -> None:
    answer = pipeline.ask("How much water does the K-200 hold?", tenant=kettle)
    stages = [timing["stage"] for timing in answer["timings"]]
    assert stages == ["classifier", "retriever", "reranker", "generator"]
    for timing in answer["timings"]:
        assert timing["queued"] <= timing["started"] + 1
        assert timing["started"] <= timing["finished"]


def test_a_step_by_step_question_gets_all_steps(pipeline: Pipeline, kettle: str) -> None:
    answer = pipeline.ask("How do I descale the kettle?", tenant=kettle)
    assert answer["intent"] == "procedural"
    for word in ("citric acid", "boil", "Rinse"):
        assert word in answer["text"]


def test_a_question_that_no_document_answers_is_refused(pipeline: Pipeline, kettle: str) -> None:
    answer = pipeline.ask("Who won the chess world championship in 1972?", tenant=kettle)
    assert answer["status"] == "refused", answer
    assert answer["citations"] == []


def test_without_a_reranker_model_nothing_is_missed(pipeline: Pipeline, kettle: str) -> None:
    answer = pipeline.ask("How many watts does it draw?", tenant=kettle)
    assert "rerank_skipped" not in answer["degradations"]


def test_an_unknown_tenant_gets_a_refusal(pipeline: Pipeline) -> None:
    assert pipeline.ask("What does E-07 mean?", tenant="nobody")["status"] == "refused"


def test_an_update_replaces_a_late_version_is_superseded_a_delete_is_final(
    pipeline: Pipeline,
) -> None:
    tenant = f"fence-{uuid4().hex[:8]}"
    where = {"tenant": tenant, "document_id": "doc"}
    question = "Which colour is the door of the harbour office?"
    first = "The door of the harbour office is green. It was painted last summer."
    second = "The door of the harbour office is purple. It was painted this week."
    assert pipeline.change(**where, version=5, content=first)["status"] == "indexed"
    assert "green" in pipeline.ask(question, tenant=tenant)["text"]

    assert pipeline.change(**where, version=6, content=second)["status"] == "indexed"
    answer = pipeline.ask(question, tenant=tenant)
    assert "purple" in answer["text"]
    assert "green" not in json.dumps(answer)

    assert pipeline.change(**where, version=5, content=first)["status"] == "superseded"
    assert pipeline.change(**where, version=6, content=second)["status"] == "unchanged"
    assert "purple" in pipeline.ask(question, tenant=tenant)["text"]

    assert pipeline.change(**where, version=7, operation="delete")["status"] == "deleted"
    assert pipeline.change(**where, version=6, content=second)["status"] == "superseded"
    assert pipeline.ask(question, tenant=tenant)["status"] == "refused"


def test_only_changed_chunks_are_embedded_again(pipeline: Pipeline) -> None:
    tenant = f"cache-{uuid4().hex[:8]}"
    sections = [f"## Part {n}\n\n" + f"Sentence {n} about topic {n}. " * 25 for n in range(6)]
    where = {"tenant": tenant, "document_id": "doc.md"}
    first = pipeline.change(**where, version=1, content="\n\n".join(sections))
    sections[3] = "## Part 3\n\n" + "Something entirely different is said here. " * 20
    second = pipeline.change(**where, version=2, content="\n\n".join(sections))
    assert first["embeddings"]["computed"] > second["embeddings"]["computed"] >= 1
    assert second["chunks"]["kept"] >= 4


def test_access_is_part_of_every_search(pipeline: Pipeline) -> None:
    tenant = f"acl-{uuid4().hex[:8]}"
    where = {"tenant": tenant, "document_id": "salaries"}
    text = "The director of the observatory earns 90000 crowns a year."
    question = "How much does the director of the observatory earn?"
    staff = {"user": "ann", "groups": ["staff"]}
    board = {"user": "bob", "groups": ["board", "staff"]}
    pipeline.change(**where, version=1, content=text, access=["board"])
    assert pipeline.ask(question, tenant=tenant)["status"] == "refused"
    assert pipeline.ask(question, tenant=tenant, principal=staff)["status"] == "refused"
    assert "90000" in pipeline.ask(question, tenant=tenant, principal=board)["text"]

    status = pipeline.change_access(**where, version=2, access=["staff"])
    assert status["embeddings"] == {"computed": 0, "cached": 0}
    assert "90000" in pipeline.ask(question, tenant=tenant, principal=staff)["text"]

    pipeline.change_access(**where, version=3, access=["nobody"])
    assert pipeline.ask(question, tenant=tenant, principal=board)["status"] == "refused"
    assert pipeline.ask(question, tenant="default", principal=staff)["status"] == "refused"


def test_statuses_are_valid_events_keyed_like_the_change(pipeline: Pipeline) -> None:
    tenant = f"key-{uuid4().hex[:8]}"
    status = pipeline.change(
        tenant=tenant, document_id="a/b c.txt", version=3, content="Some text."
    )
    DocumentStatus.model_validate(status)
    key = f"{tenant}/a/b c.txt".encode()
    with pytest.raises(AssertionError):
        pipeline.statuses.find(lambda m: m.key() == key, timeout=1)  # exactly one, taken already
