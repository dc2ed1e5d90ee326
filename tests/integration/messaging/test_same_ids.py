"""One query id used twice: by two tenants, and by two questions of one tenant."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from ragline_cli.stack.redis import RedisServer
from ragline_cli.stack.server import running

from .conftest import Cluster, Worker


@pytest.fixture
def worker(
    start_worker: Callable[..., Worker], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Worker]:
    """A stage that reserves and claims its answers."""
    with running(RedisServer(tmp_path_factory.mktemp("redis"))) as server:
        started = start_worker(RAGLINE_REDIS__URL=server.url)
        started.wait_until("ready", 200)
        yield started


def ask(cluster: Cluster, query_id: str, **fields: Any) -> None:
    value = json.dumps({"query_id": query_id, "text": "who may read what?"} | fields)
    cluster.publish("queries", [(query_id.encode(), value.encode())])


def answers_to(cluster: Cluster, query_id: str, *, count: int) -> list[bytes]:
    """Return the answers to an id, in their order, once there are `count`."""
    until = time.monotonic() + 60
    while True:
        found = [m.value() for m in cluster.read("answers") if m.key() == query_id.encode()]
        if len(found) >= count:
            return found
        assert time.monotonic() < until, f"{len(found)} of {count} answers to {query_id}"
        time.sleep(0.2)


@pytest.mark.usefixtures("worker")
def test_a_tenant_that_asks_with_another_s_id_gets_its_own_answer(cluster: Cluster) -> None:
    query_id = str(uuid4())
    ask(cluster, query_id, tenant="acme", principal={"groups": ["board"]})
    answers_to(cluster, query_id, count=1)
    ask(cluster, query_id, tenant="globex")
    ours, theirs = map(json.loads, answers_to(cluster, query_id, count=2))
    assert (ours["tenant"], theirs["tenant"]) == ("acme", "globex")
    assert ours["text"] != theirs["text"]


@pytest.mark.usefixtures("worker")
def test_another_question_of_a_tenant_under_one_id_is_refused_and_a_repeat_is_repeated(
    cluster: Cluster,
) -> None:
    query_id = str(uuid4())
    asked: list[dict[str, Any]] = [
        {"text": "one"},
        {"text": "other"},
        {"text": "one", "deadline": "2999-01-01T00:00:00Z"},
        {"text": "one", "principal": {"groups": ["board"]}},
    ]
    for count, fields in enumerate(asked, start=1):
        ask(cluster, query_id, tenant="acme", **fields)
        answers_to(cluster, query_id, count=count)
    first, other, repeat, other_access = answers_to(cluster, query_id, count=4)
    assert repeat == first
    for refused in map(json.loads, (other, other_access)):
        assert refused["status"] == "failed"
        assert refused["error"]["code"] == "duplicate_id"
