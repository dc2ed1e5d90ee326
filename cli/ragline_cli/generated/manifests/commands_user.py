"""A Strimzi KafkaUser for the commands that people run in a cluster: `doctor`, `erase`, `reindex`.

It may do what all of them do together, so it is a component of its own, for who wants it.
"""

from __future__ import annotations

from collections.abc import Iterable

from ragline.contracts.topics import (
    ALL_GROUPS,
    CONSUMERS,
    DEAD_LETTERS,
    DEAD_LETTERS_HANDLED,
    INDEXES,
    TOPICS,
    Topic,
    groups_of,
)
from ragline.messaging.index_writer import WRITER
from ragline_cli.erase.log_findings import WORK_QUEUES
from ragline_cli.generated.manifests.kafka_users import kafka_user, rule
from ragline_cli.generated.manifests.metadata import Object

COMMANDS = "commands"


def commands_user() -> Object:
    """Return the account, with a password that Strimzi makes."""
    return kafka_user(COMMANDS, commands_acls())


def commands_acls() -> list[Object]:
    """Return what the commands do at Kafka, all of them together.

    All topics are read, for keys in two partitions, and for what an erased text is still in. A
    replay writes where failed records came from, an erasure deletes the records of work queues.
    """
    return [
        {"resource": {"type": "cluster"}, "operations": ["Describe"]},
        *(rule("topic", topic.name, _operations(topic)) for topic in TOPICS),
        rule("group", ALL_GROUPS, ["Describe"], pattern="prefix"),
        rule("group", groups_of("shadow"), ["Read"], pattern="prefix"),
        {
            "resource": {"type": "transactionalId", "name": WRITER, "patternType": "literal"},
            "operations": ["Describe", "Write"],
        },
    ]


def _operations(topic: Topic) -> Iterable[str]:
    yield from ("Read", "DescribeConfigs")
    # what a service consumed can have failed, and a replay puts it back
    consumed = any(reader in CONSUMERS for reader in topic.consumers)
    if topic in (DEAD_LETTERS_HANDLED, INDEXES) or (consumed and topic is not DEAD_LETTERS):
        yield "Write"
    if topic in WORK_QUEUES:
        yield "Delete"
