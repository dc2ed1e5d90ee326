"""Dead letters: failed records, byte for byte, with cause and origin in headers."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import AwareDatetime, Field, StringConstraints

from ragline.contracts import bounds
from ragline.contracts.base import Contract, Event, Message, Name
from ragline.contracts.cloudevents import last_header

TopicName = Annotated[str, StringConstraints(max_length=bounds.TOPIC_CHARS)]


class Cause(StrEnum):
    """Why a record could not be processed: a small fixed list, so that it can be a metric label."""

    INVALID_HEADERS = "invalid_headers"
    INVALID_JSON = "invalid_json"
    INVALID_KEY = "invalid_key"
    INVALID_SCHEMA = "invalid_schema"
    KILLS_THE_WORKER = "kills_the_worker"
    OVERSIZE_OUTPUT = "oversize_output"
    PERMANENT_ERROR = "permanent_error"
    RETRIES_EXHAUSTED = "retries_exhausted"


class DeadLetterHeader(StrEnum):
    """The headers that Ragline appends to the record's own."""

    CAUSE = "ragline-dead-letter-cause"
    ERROR = "ragline-dead-letter-error"
    SERVICE = "ragline-dead-letter-service"
    TOPIC = "ragline-dead-letter-topic"
    PARTITION = "ragline-dead-letter-partition"
    OFFSET = "ragline-dead-letter-offset"
    FAILED_AT = "ragline-dead-letter-failed-at"


class DeadLetterStored(Contract):
    """What a dead letter's headers say; null if another program wrote the record.

    `topic` is where the record failed, in `service`.
    """

    topic: TopicName | None = None
    service: Name | None = None
    cause: Name | None = None

    @classmethod
    def of(cls, headers: Iterable[tuple[str, bytes | None]]) -> Self:
        """Read a record's headers; accepts any content."""
        known = tuple(headers)

        def short(header: DeadLetterHeader) -> str | None:
            found = last_header(known, header)
            return found if found is not None and len(found) <= bounds.NAME_CHARS else None

        return cls(
            topic=short(DeadLetterHeader.TOPIC),
            service=short(DeadLetterHeader.SERVICE),
            cause=short(DeadLetterHeader.CAUSE),
        )


class Handling(StrEnum):
    """What an operator did with a dead letter."""

    REPLAYED = "replayed"
    DROPPED = "dropped"


class DeadLetterHandled(Event):
    """An operator's mark on a dead letter; the record itself stays until its retention ends.

    `partition` and `offset` are the dead letter's position on `dead-letters`; together with
    `appended_at` (epoch milliseconds) they identify it even if the topic was recreated. `target_*`
    say where a replay was stored, `attempt` which attempt it was.
    """

    ce_type: ClassVar[str] = "ragline.dead-letter.handled.v1"

    partition: Annotated[int, Field(ge=0)]
    offset: Annotated[int, Field(ge=0)]
    appended_at: int
    action: Handling
    at: AwareDatetime
    attempt: Annotated[int, Field(ge=1)] | None = None
    target_topic: TopicName | None = None
    target_partition: int | None = None
    target_offset: int | None = None
    reason: Message | None = None

    @property
    def key(self) -> str:
        """`partition-offset@appended_at` of the dead letter."""
        return f"{self.subject}@{self.appended_at}"

    @property
    def subject(self) -> str:
        """`partition-offset` of the dead letter, as operators name it."""
        return f"{self.partition}-{self.offset}"
