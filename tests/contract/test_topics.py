"""The topic registry is consistent: every event has one topic, retries climb, groups are unique."""

from __future__ import annotations

import pytest

from ragline.contracts.base import Event
from ragline.contracts.topics import (
    DOCUMENTS,
    QUERIES,
    RETRIES,
    TOPICS,
    Service,
    Topic,
    consumer_group,
    topic_of,
)


def test_names_are_unique() -> None:
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)


@pytest.mark.parametrize("topic", [t for t in TOPICS if t.event], ids=lambda t: t.name)
def test_each_event_has_one_topic(topic: Topic) -> None:
    assert topic.event is not None
    assert issubclass(topic.event, Event)
    assert topic_of(topic.event) is topic


def test_retry_topics_climb() -> None:
    delays = [topic.delay_s or 0 for topic in RETRIES]
    assert delays == sorted(set(delays))
    assert all(delays)
    assert all(topic.partitions == DOCUMENTS.partitions for topic in RETRIES)


def test_each_service_reads_each_of_its_topics_in_a_group_of_its_own() -> None:
    groups = [
        consumer_group(consumer, topic)
        for topic in TOPICS
        for consumer in topic.consumers
        if consumer in set(Service)
    ]
    assert len(set(groups)) == len(groups)
    assert consumer_group(Service.CLASSIFIER, QUERIES) == "ragline.classifier.queries"


def test_only_compacted_topics_are_kept_for_ever() -> None:
    for topic in TOPICS:
        assert ("retention.ms" in topic.config) == ("delete" in topic.cleanup)
