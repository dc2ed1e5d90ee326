"""Dead letters: a record byte for byte, with its cause and origin in headers."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """Why a record could not be processed: a small fixed list, so it can be counted."""

    INVALID_HEADERS = "invalid_headers"
    INVALID_JSON = "invalid_json"
    INVALID_SCHEMA = "invalid_schema"
    OVERSIZE_OUTPUT = "oversize_output"
    PERMANENT_ERROR = "permanent_error"
    RETRIES_EXHAUSTED = "retries_exhausted"


class DeadLetterHeader(StrEnum):
    """The headers that Ragline adds behind the record's own."""

    CAUSE = "ragline-dead-letter-cause"
    ERROR = "ragline-dead-letter-error"
    SERVICE = "ragline-dead-letter-service"
    TOPIC = "ragline-dead-letter-topic"
    PARTITION = "ragline-dead-letter-partition"
    OFFSET = "ragline-dead-letter-offset"
    FAILED_AT = "ragline-dead-letter-failed-at"
