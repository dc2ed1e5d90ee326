"""Members with a name that outlives their process; the session timeout is longer than any wait."""

from __future__ import annotations

import signal
from collections.abc import Callable

from tests.patience import PATIENCE_S

from .conftest import Cluster, Worker
from .test_delivery import queries

_FOR_EVER_MS = str(20 * 60 * 1_000)  # at most the broker's `group.max.session.timeout.ms`


def named(start_worker: Callable[..., Worker], name: str) -> Worker:
    return start_worker(
        RAGLINE_KAFKA__GROUP_INSTANCE_ID=name, RAGLINE_KAFKA__SESSION_TIMEOUT_MS=_FOR_EVER_MS
    )


def test_a_member_that_died_gets_its_partitions_back_when_it_starts_again(
    cluster: Cluster, start_worker: Callable[..., Worker]
) -> None:
    ids, records = queries(300)
    first, second = named(start_worker, "worker-1"), named(start_worker, "worker-2")
    first.wait_until("ready", 200)
    second.wait_until("ready", 200)
    rebalances = second.metric("ragline_rebalances_total")
    first.signal(signal.SIGKILL)
    first.process.wait(PATIENCE_S)
    cluster.publish("queries", list(records))

    again = named(start_worker, "worker-1")

    cluster.wait_for_answers(ids)
    assert second.metric("ragline_rebalances_total") == rebalances, "the other one did not stop"
    for worker in (again, second):  # so that the next test's group is empty
        worker.signal(signal.SIGTERM)
        assert worker.process.wait(PATIENCE_S) == 0


def test_a_member_that_ends_in_order_hands_its_partitions_over(
    cluster: Cluster, start_worker: Callable[..., Worker]
) -> None:
    ids, records = queries(300)
    first, second = named(start_worker, "worker-3"), named(start_worker, "worker-4")
    first.wait_until("ready", 200)
    second.wait_until("ready", 200)
    first.signal(signal.SIGTERM)
    assert first.process.wait(PATIENCE_S) == 0, first.log.read_text()

    cluster.publish("queries", list(records))

    cluster.wait_for_answers(ids)
    second.signal(signal.SIGTERM)
    assert second.process.wait(PATIENCE_S) == 0
