"""Topics that differ from the registry."""

from __future__ import annotations

from collections.abc import Mapping

from ragline.contracts.topics import DOCUMENTS, QUERIES
from ragline_cli.doctor.checks.topics import judge
from ragline_cli.doctor.diagnosis import Diagnosis, Severity
from ragline_cli.kafka.topic_plan import ExistingTopic, make_plan


def judged(existing: Mapping[str, ExistingTopic]) -> list[Diagnosis]:
    return list(judge(make_plan((DOCUMENTS, QUERIES), existing, replication=1)))


def as_wanted() -> dict[str, ExistingTopic]:
    return {
        topic.name: ExistingTopic(
            partitions=topic.partitions, replication=1, config=dict(topic.config)
        )
        for topic in (DOCUMENTS, QUERIES)
    }


def test_nothing_is_said_of_topics_that_are_as_they_should_be() -> None:
    assert judged(as_wanted()) == []


def test_a_missing_topic_is_an_error() -> None:
    existing = as_wanted()
    del existing["queries"]
    (found,) = judged(existing)
    assert (found.severity, found.subject) == (Severity.ERROR, "queries")
    assert found.remedy == "ragline topics apply"


def test_partitions_retention_and_compaction_are_compared() -> None:
    existing = as_wanted()
    config = dict(DOCUMENTS.config) | {"cleanup.policy": "delete", "retention.ms": "1"}
    existing["documents"] = ExistingTopic(partitions=3, replication=1, config=config)
    told = " ".join(each.meaning for each in judged(existing))
    assert "3 partitions instead of 12" in told
    assert "cleanup.policy is delete, not compact" in told


def test_a_setting_that_would_keep_less_is_only_noticed() -> None:
    existing = as_wanted()
    config = dict(QUERIES.config) | {"retention.ms": "-1"}
    existing["queries"] = ExistingTopic(partitions=24, replication=1, config=config)
    (found,) = judged(existing)
    assert found.severity is Severity.NOTICE
