"""A dead letter without its value and headers, so that many fit into memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ragline.contracts.dead_letters import DeadLetterHandled
from ragline_cli.dead_letters.letter import DeadLetter, LetterId


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A row of the list. `topic`, `partition` and `offset` say where the record failed."""

    id: LetterId
    timestamp: int
    failed_at: datetime
    service: str | None
    cause: str | None
    error: str
    topic: str | None
    partition: int | None
    offset: int | None
    origin: str | None
    key: bytes | None
    attempt: int
    mark: DeadLetterHandled | None = None

    @property
    def state(self) -> str:
        """`waiting`, `replayed` or `dropped`."""
        return self.mark.action.value if self.mark else "waiting"

    @property
    def key_text(self) -> str | None:
        """The key as text; bytes that are not UTF-8 are escaped."""
        return None if self.key is None else self.key.decode("utf-8", "backslashreplace")

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "id": str(self.id),
            "failed_at": self.failed_at.isoformat(),
            "service": self.service,
            "cause": self.cause,
            "error": self.error,
            "topic": self.topic,
            "partition": self.partition,
            "offset": self.offset,
            "origin": self.origin,
            "key": self.key_text,
            "attempt": self.attempt,
            "state": self.state,
            "handled": self.mark.model_dump(mode="json", exclude_none=True) if self.mark else None,
        }


def summarise(letter: DeadLetter, mark: DeadLetterHandled | None) -> Summary:
    """Return the summary of `letter`."""
    source = letter.source
    return Summary(
        id=letter.id,
        timestamp=letter.timestamp,
        failed_at=letter.failed_at,
        service=letter.service,
        cause=letter.cause,
        error=letter.error,
        topic=source.topic if source else None,
        partition=source.partition if source else None,
        offset=source.offset if source else None,
        origin=letter.origin,
        key=letter.key,
        attempt=letter.attempt,
        mark=mark,
    )
