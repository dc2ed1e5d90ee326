"""The error tree: every failure Ragline raises on purpose.

    RaglineError
    ├── TransientError            trying again can help; may carry `retry_after` seconds
    │   ├── Unavailable           a dependency is down, refuses or resets the connection
    │   │   ├── CircuitOpen       it failed recently and is not called for a while
    │   │   └── CredentialsRefused  it refuses the credentials, for example while they are changed
    │   ├── RateLimited           asked to slow down
    │   ├── SourceAway            what a publisher refers to is down or asks to slow down
    │   ├── DeadlineExceeded      the time for this record is used up
    │   └── Overloaded            shed before any work
    └── PermanentError            trying again gives the same result
        ├── InvalidEvent          a record that is not an event: bytes, headers, JSON or schema
        ├── InvalidDocument       a document that cannot be parsed or is over a limit
        ├── FingerprintMismatch   an index made with another embedding model
        ├── Misconfigured         settings that cannot work, or wrong credentials
        ├── Superseded            a newer version is stored; this one must not be written
        └── KillsTheWorker        the process died each time that it worked on the record

Delivery policy (`messaging/`) only distinguishes *transient* from *permanent*. Adapters translate
their library's exceptions into this tree with `raise … from`. A message says what to do next.
"""

from __future__ import annotations


class RaglineError(Exception):
    """Root of the tree. `code` is the short, stable name used in answers and statuses."""

    code = "internal"


class TransientError(RaglineError):
    """Trying again can help.

    Args:
        message: what to do.
        retry_after: seconds to wait before the next try; None if unknown.
    """

    code = "transient"

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(TransientError):
    """A dependency is down, refuses the connection or resets it."""

    code = "unavailable"


class CircuitOpen(Unavailable):
    """A dependency failed recently and is not called; a retry before the next trial is useless.

    `retry_after` is the seconds until the next trial; None while the trial is running.
    """


class CredentialsRefused(Unavailable):
    """A dependency refuses the credentials: they are being changed, or somebody must correct them.

    For dependencies whose loss is an outage rather than a reason not to start.
    """

    code = "credentials_refused"


class RateLimited(TransientError):
    """A dependency asked to slow down; `retry_after` is how long it asked to wait, or None."""

    code = "rate_limited"


class SourceAway(TransientError):
    """What a publisher refers to does not answer, or asks to slow down: no dependency of ours.

    Args:
        error: what its reader raised; the code and `retry_after` are taken from it.
    """

    def __init__(self, error: TransientError) -> None:
        super().__init__(str(error), retry_after=error.retry_after)
        self.code = error.code


class DeadlineExceeded(TransientError):
    """The time for this record is used up."""

    code = "deadline_exceeded"


class Overloaded(TransientError):
    """More work is queued than can be done in time, so this record was shed before any work.

    `retry_after` is the seconds after which the backlog is expected to be short enough.
    """

    code = "overloaded"


class PermanentError(RaglineError):
    """Trying again gives the same result."""

    code = "permanent"


class InvalidEvent(PermanentError):
    """A record that is not an event.

    Args:
        message: what is wrong and where.
        cause: one of `ragline.contracts.dead_letters.Cause`.
    """

    code = "invalid_event"

    def __init__(self, message: str, *, cause: str) -> None:
        super().__init__(message)
        self.cause = cause


class InvalidDocument(PermanentError):
    """A document that cannot be parsed, may not be fetched, or exceeds a limit.

    Args:
        message: what is wrong and what to do.
        code: short stable name, for example `corrupt_pdf`, `too_large`, `forbidden_uri`.
    """

    def __init__(self, message: str, *, code: str = "invalid_document") -> None:
        super().__init__(message)
        self.code = code


class FingerprintMismatch(PermanentError):
    """The index was made with another embedding model than the one configured."""

    code = "fingerprint_mismatch"


class Misconfigured(PermanentError):
    """Settings that cannot work, or credentials that are refused."""

    code = "misconfigured"


class Superseded(PermanentError):
    """A newer version of the document is stored; this one must not be written."""

    code = "superseded"


class KillsTheWorker(PermanentError):
    """The process died each time that it worked on the record, which is not tried again."""

    code = "kills_the_worker"
