"""What a reader of an event stream saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Stream:
    """One question over HTTP: the answer that ended its stream, and how often it was broken off.

    `last` is the id of the last event; `query_id` is empty until a gateway accepted the question.
    """

    query_id: str = ""
    last: str = ""
    answer: dict[str, Any] | None = None
    breaks: int = 0
