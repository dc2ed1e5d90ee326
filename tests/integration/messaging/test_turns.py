"""One tenant has many slow questions, the member few slots: others' questions go in between."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import uuid4

from confluent_kafka import Producer

from .conftest import Cluster, Worker


def ask(cluster: Cluster, tenant: str, count: int) -> list[str]:
    """Publish questions of a tenant, which is named in their headers as stages do it."""
    ids = [f"{tenant}-{uuid4()}" for _ in range(count)]
    producer = Producer({"bootstrap.servers": cluster.bootstrap})
    for query_id in ids:
        value = json.dumps({"query_id": query_id, "text": "How?", "tenant": tenant})
        producer.produce(
            "queries", key=query_id, value=value, headers=[("ragline-tenant", tenant.encode())]
        )
    assert producer.flush(30) == 0
    return ids


def test_a_tenants_backlog_in_a_stage_does_not_make_another_wait(
    cluster: Cluster, start_worker: Callable[..., Worker]
) -> None:
    loud = ask(cluster, "loud", 120)
    quiet = ask(cluster, "quiet", 6)  # one in each partition, behind twenty others
    start_worker(RAGLINE_KAFKA__MAX_IN_FLIGHT="2", WORKER_WORK_S="0.1")
    cluster.wait_for_answers({*loud, *quiet})

    answers = sorted(cluster.read("answers"), key=lambda m: m.timestamp()[1])
    order = [key for m in answers if (key := m.key().decode()) in {*loud, *quiet}]
    assert max(order.index(query_id) for query_id in quiet) < 60
