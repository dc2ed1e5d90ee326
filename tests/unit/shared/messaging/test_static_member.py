"""Names of a group's members."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from ragline.messaging.static_member import leave_for_good, member_options
from ragline.settings import KafkaSettings


def test_a_process_without_a_name_names_no_member() -> None:
    assert member_options(KafkaSettings(), "queries") == {}


def test_each_topics_member_has_a_name_of_its_own() -> None:
    kafka = KafkaSettings(group_instance_id="classifier-7f9c")
    names = {topic: member_options(kafka, topic) for topic in ("queries", "documents")}
    assert names == {
        "queries": {"group_instance_id": "classifier-7f9c.queries"},
        "documents": {"group_instance_id": "classifier-7f9c.documents"},
    }


@pytest.mark.parametrize("name", ["two words", "x" * 151, "ü"])
def test_a_name_that_kafka_would_refuse_is_refused_at_the_start(name: str) -> None:
    with pytest.raises(ValidationError, match="group_instance_id"):
        KafkaSettings(group_instance_id=name)


class Coordinator:
    """As much of aiokafka's as keeps the name."""

    _group_instance_id: str | None = "worker-1.queries"


class Consumer:
    """As much of aiokafka's as leads to the coordinator."""

    def __init__(self) -> None:
        self._coordinator = Coordinator()


def test_who_leaves_for_good_gives_up_its_name() -> None:
    consumer: Any = Consumer()
    leave_for_good(consumer)
    assert consumer._coordinator._group_instance_id is None
    leave_for_good(None)  # never connected
