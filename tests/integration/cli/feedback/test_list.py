"""`ragline feedback list` on a real Kafka."""

from __future__ import annotations

from datetime import timedelta

from tests.integration.cli.feedback.conftest import NOW, YESTERDAY, Cluster, Tenant


def test_feedback_is_listed_with_its_question_newest_last(cluster: Cluster, tenant: Tenant) -> None:
    cluster.publish(tenant.answer("q", "Why so slow?", "Because [1].", "d"))
    cluster.publish(tenant.says("q", "down", marker=1, reason="wrong page"))
    cluster.publish(tenant.says("q", "up"), at=YESTERDAY - timedelta(hours=2))
    cluster.publish(tenant.says("gone", "up"), at=NOW - timedelta(minutes=5))
    mine = ("--tenant", tenant.name)
    found = cluster.json("list", *mine)
    assert [(row["rating"], row["marker"], row["question"]) for row in found["feedback"]] == [
        ("up", None, "Why so slow?"),
        ("down", 1, "Why so slow?"),
        ("up", None, None),
    ]
    assert (found["matched"], found["up"], found["down"]) == (3, 2, 1)
    assert found["feedback"][1] | {"intent": "factual", "plan": "factual"} == found["feedback"][1]
    assert cluster.json("list", *mine, "--rating", "down")["matched"] == 1
    assert cluster.json("list", *mine, "--since", "2h")["matched"] == 1
    assert len(cluster.json("list", *mine, "--limit", "2")["feedback"]) == 2
    assert "3 ratings: 2 up, 1 down" in cluster.call("list", *mine).stdout
