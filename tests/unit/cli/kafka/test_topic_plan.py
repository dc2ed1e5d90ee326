"""What `ragline topics apply` would do, decided without a broker."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts.topics import DOCUMENTS, FEEDBACK, TOPICS, Topic
from ragline_cli.kafka.topic_plan import ExistingTopic, TopicChange, make_plan


def existing(topic: Topic, partitions: int = 0, **config: str) -> ExistingTopic:
    settings = topic.config | {name.replace("_", "."): value for name, value in config.items()}
    return ExistingTopic(
        partitions=partitions or topic.partitions,
        replication=1,
        config=settings,
    )


def change_of(topic: Topic, found: ExistingTopic, *, replication: int = 1) -> TopicChange:
    (change,) = make_plan([topic], {topic.name: found}, replication=replication).changes
    return change


def test_an_empty_cluster_gets_every_topic_of_the_registry() -> None:
    plan = make_plan(TOPICS, {}, replication=1)
    assert [(c.topic, c.partitions, c.action) for c in plan.changes] == [
        (topic.name, topic.partitions, "create") for topic in TOPICS
    ]
    assert not plan.empty


def test_a_new_topic_gets_the_settings_of_the_registry() -> None:
    (change,) = make_plan([DOCUMENTS], {}, replication=1).changes
    assert change.config == DOCUMENTS.config | {"min.insync.replicas": "1"}


@pytest.mark.parametrize(("replication", "needed"), [(1, "1"), (2, "1"), (3, "2")])
def test_a_write_survives_the_loss_of_one_replica(replication: int, needed: str) -> None:
    (change,) = make_plan([DOCUMENTS], {}, replication=replication).changes
    assert change.config["min.insync.replicas"] == needed


def test_a_cluster_that_holds_the_registry_needs_nothing() -> None:
    plan = make_plan(TOPICS, {t.name: existing(t) for t in TOPICS}, replication=1)
    assert plan.empty
    assert plan.warnings == ()


def test_an_existing_topic_comes_to_keep_the_brokers_time() -> None:
    change = change_of(FEEDBACK, existing(FEEDBACK, message_timestamp_type="CreateTime"))
    assert change.action == "configure"
    assert change.config == {"message.timestamp.type": "LogAppendTime"}


def test_compaction_is_not_hurried_where_an_operator_slowed_it_down() -> None:
    change = change_of(DOCUMENTS, existing(DOCUMENTS, min_compaction_lag_ms=str(2**40)))
    assert change.action == "nothing"
    assert "min.compaction.lag.ms" in change.warnings[0]


def test_a_small_topic_grows() -> None:
    change = change_of(FEEDBACK, existing(FEEDBACK, partitions=1))
    assert (change.action, change.current, change.partitions) == ("grow", 1, FEEDBACK.partitions)
    assert change.warnings == ()


def test_growing_a_compacted_topic_says_that_keys_move() -> None:
    change = change_of(DOCUMENTS, existing(DOCUMENTS, partitions=1))
    assert change.action == "grow"
    assert "moves keys" in change.warnings[0]


def test_a_large_topic_stays_and_says_so() -> None:
    change = change_of(FEEDBACK, existing(FEEDBACK, partitions=99))
    assert (change.action, change.partitions) == ("nothing", 99)
    assert "cannot be removed" in change.warnings[0]


def test_a_differing_setting_is_changed() -> None:
    change = change_of(FEEDBACK, existing(FEEDBACK, retention_ms="1000"))
    assert change.action == "configure"
    assert change.config == {"retention.ms": FEEDBACK.config["retention.ms"]}


def test_growth_and_settings_come_together() -> None:
    change = change_of(FEEDBACK, existing(FEEDBACK, partitions=1, retention_ms="1000"))
    assert change.action == "grow+configure"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("retention_ms", "99999999999"),
        ("retention_ms", "-1"),
        ("max_message_bytes", "999999999"),
        ("cleanup_policy", "compact"),
    ],
)
def test_a_setting_that_would_keep_less_is_left_alone(name: str, value: str) -> None:
    change = change_of(FEEDBACK, existing(FEEDBACK, 0, **{name: value}))
    assert change.action == "nothing"
    assert "would keep less" in change.warnings[0]


def test_unlimited_retention_is_no_loss() -> None:
    topic = replace(FEEDBACK, retention_ms=-1)
    change = change_of(topic, existing(topic, retention_ms="1000"))
    assert change.config == {"retention.ms": "-1"}


def test_too_few_replicas_are_a_warning() -> None:
    change = change_of(FEEDBACK, existing(FEEDBACK), replication=3)
    assert change.action == "nothing"
    assert "kafka-reassign-partitions" in change.warnings[0]


@given(partitions=st.integers(1, 100), retention=st.integers(-1, 10**13))
def test_no_plan_ever_shrinks(partitions: int, retention: int) -> None:
    found = existing(FEEDBACK, partitions=partitions, retention_ms=str(retention))
    change = change_of(FEEDBACK, found)
    assert change.partitions >= partitions
    if "retention.ms" in change.config:
        assert retention >= 0
        assert int(change.config["retention.ms"]) > retention
