"""A question that one look cannot answer gets a second one, and still exactly one answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.patience import PATIENCE_S

from ragline.contracts.answers import QueryAnswered
from ragline.contracts.topics import Service

from .conftest import Pipeline, Reader

QUESTION = "What genre is the author of the story behind Act of War known for?"
GAME = "Act of War is a strategy game. It features a story written by Dale Brown, a captain."
AUTHOR = "Dale Brown has sold thrillers about aviation."
# more than a look finds, and all of them nearer to the question than the author's own page
OTHERS = [f"The author of story number {n} is known for genre number {n}." for n in range(70)]
LOOKS = ["classifier", "retriever", "reranker", "retriever", "reranker", "generator"]


@pytest.fixture(scope="module")
def library(pipeline: Pipeline) -> str:
    """A tenant whose documents must be read one after the other."""
    tenant = f"library-{uuid4().hex[:8]}"
    texts = {"game": GAME, "author": AUTHOR} | {f"other-{n}": t for n, t in enumerate(OTHERS)}
    titles = {"game": "Act of War", "author": "Dale Brown"}
    changes: list[dict[str, Any]] = [
        {
            "tenant": tenant,
            "document_id": name,
            "version": 1,
            "content": text,
            "title": titles.get(name),
        }
        for name, text in texts.items()
    ]
    for change in changes:
        pipeline.publish("documents", change, key=f"{tenant}/{change['document_id']}")
    for change in changes:
        assert pipeline.status(change)["status"] == "indexed"
    return tenant


@contextmanager
def reading(pipeline: Pipeline, topic: str) -> Iterator[Reader]:
    reader = Reader(pipeline.bootstrap, topic)
    try:
        yield reader
    finally:
        reader.close()


def test_what_the_first_look_names_is_found_by_the_second(pipeline: Pipeline, library: str) -> None:
    with reading(pipeline, "intents") as intents, reading(pipeline, "ranked") as ranked:
        answer = QueryAnswered.model_validate(pipeline.ask(QUESTION, tenant=library))
        key = answer.query_id.encode()
        sent = intents.find(lambda m: m.key() == key and b'"earlier"' in m.value())
        found = json.loads(ranked.find(lambda m: m.key() == key).value())
    (hop,) = answer.hops
    assert hop.reason == "bridge"
    assert any("Dale Brown" in query for query in hop.queries)
    assert hop.found >= 1
    assert hop.ms is not None
    assert json.loads(sent.value())["hops"][0]["queries"] == list(hop.queries)
    assert [timing.stage for timing in answer.timings] == LOOKS
    places = {each["document_id"]: each["hop"] for each in found["passages"]}
    assert places["game"] == 0
    assert places["author"] == 1
    assert all(each.hop == places[each.document_id] for each in answer.citations)


def test_a_question_that_one_passage_answers_gets_one_look(
    pipeline: Pipeline, library: str
) -> None:
    asked = "Who has written the story of the strategy game Act of War?"
    answer = QueryAnswered.model_validate(pipeline.ask(asked, tenant=library))
    assert answer.hops == ()
    assert [timing.stage for timing in answer.timings] == [*LOOKS[:3], LOOKS[-1]]


def test_a_reranker_killed_between_two_looks_leaves_one_answer_to_each_question(
    pipeline: Pipeline, library: str
) -> None:
    services = pipeline.launcher.plan.services
    reranker = next(each for each in services if each.name == Service.RERANKER)
    # longer than the group waits for a member that is gone
    deadline = (datetime.now(UTC) + timedelta(seconds=PATIENCE_S)).isoformat()
    ids = [str(uuid4()) for _ in range(24)]
    with reading(pipeline, "intents") as intents:
        for query_id in ids:
            asked = {
                "query_id": query_id,
                "text": QUESTION,
                "tenant": library,
                "deadline": deadline,
            }
            pipeline.publish("queries", asked, key=query_id)
        wanted = {query_id.encode() for query_id in ids}
        intents.find(lambda m: m.key() in wanted and b'"earlier"' in m.value())
        reranker.kill()
        reranker.start()
        answers = [QueryAnswered.model_validate(pipeline.answer(query_id)) for query_id in ids]
    assert [len(answer.hops) for answer in answers] == [1] * len(ids)
    published = {(m.key(), m.value()) for m in pipeline.answers.seen if m.key() in wanted}
    assert len(published) == len(ids)
