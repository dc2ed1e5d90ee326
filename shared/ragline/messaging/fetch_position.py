"""Where a consumer will fetch next, without waiting: also behind what it skips by itself."""

from __future__ import annotations

from aiokafka import AIOKafkaConsumer, TopicPartition


def fetch_position(consumer: AIOKafkaConsumer, partition: TopicPartition) -> int | None:
    """Return the offset behind the last record handed out, and behind the marks that follow it.

    None while it is not known: the partition is not assigned, or has just been.
    """
    # `AIOKafkaConsumer.position` asks the same, and waits until it is known
    subscription = consumer._subscription.subscription
    assignment = subscription.assignment if subscription is not None else None
    if assignment is None or partition not in assignment.tps:
        return None
    state = assignment.state_value(partition)
    return int(state.position) if state.has_valid_position else None
