"""Translates Kafka's failures into the error tree: the one place that classifies them.

aiokafka marks errors as `retriable` for its own producer, but leaves out some that are transient (a
full buffer while the broker is down, a broker that is shutting down), so those are listed here. All
its other errors are permanent.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka import errors as kafka

from ragline.contracts.dead_letters import Cause
from ragline.errors import (
    InvalidEvent,
    Misconfigured,
    PermanentError,
    RaglineError,
    RateLimited,
    Unavailable,
)
from ragline.settings import KafkaSettings

_NOT_NOW = (
    kafka.KafkaTimeoutError,  # the producer's buffer is full, because nothing can be sent
    kafka.KafkaUnavailableError,
    kafka.BrokerNotAvailableError,
    kafka.ReplicaNotAvailableError,
    kafka.CorruptRecordException,  # damaged in transit
    kafka.UnknownError,  # an unexpected error inside the broker
    kafka.RebalanceInProgressError,
    kafka.IllegalGenerationError,
    kafka.UnknownMemberIdError,
    kafka.CommitFailedError,
)
_TOO_LARGE = (
    kafka.MessageSizeTooLargeError,
    kafka.RecordTooLargeError,
    kafka.RecordListTooLargeError,
)
_ACCESS_REFUSED = (
    kafka.AuthenticationFailedError,
    kafka.AuthenticationMethodNotSupported,
    kafka.SaslAuthenticationFailed,
    kafka.UnsupportedSaslMechanismError,
    kafka.IllegalSaslStateError,
    kafka.SecurityDisabled,
    kafka.TopicAuthorizationFailedError,
    kafka.GroupAuthorizationFailedError,
    kafka.ClusterAuthorizationFailedError,
    kafka.TransactionalIdAuthorizationFailed,
)
_CANNOT_WORK = (
    kafka.IncompatibleBrokerVersion,
    kafka.UnrecognizedBrokerVersion,
    kafka.UnsupportedVersionError,
    kafka.UnsupportedCodecError,
    kafka.KafkaConfigurationError,
    kafka.InvalidConfigurationError,
    kafka.InvalidSessionTimeoutError,
    kafka.InvalidRequiredAcksError,
    kafka.InvalidTopicError,
    kafka.InvalidPartitionsError,
    kafka.InvalidReplicationFactorError,
    kafka.InvalidReplicationAssignmentError,
    kafka.PolicyViolationError,
)
# A refused batch leaves a gap in the idempotent producer's sequence numbers. aiokafka neither fills
# the gap nor requests a new producer id, so the broker refuses every later batch too
_PRODUCER_LOST = (
    kafka.ProducerFenced,
    kafka.InvalidProducerEpoch,
    kafka.InvalidProducerIdMapping,
    kafka.UnknownProducerId,
    kafka.OutOfOrderSequenceNumber,
    kafka.ProducerClosed,
)


@contextmanager
def translated(action: str, *, publishing: bool = False) -> Iterator[None]:
    """Turn the client's exceptions into the error tree; `action` starts the message.

    Args:
        action: what is being done.
        publishing: whether a producer sends; a bare `KafkaError` then means that it has stopped.

    Raises:
        Unavailable: Kafka is down, changes leaders or is too slow: the same call works later.
        RateLimited: a quota is used up.
        InvalidEvent: the record is larger than the broker accepts.
        Misconfigured: Kafka refuses the credentials or the settings, or rights are missing.
        PermanentError: a producer that can never publish again, or anything else.
    """
    try:
        yield
    except (kafka.KafkaError, OSError, TimeoutError) as error:
        if publishing and type(error) is kafka.KafkaError:
            raise _producer_lost(f"{action}: {error}") from error
        raise translate(error, action) from error


@contextmanager
def client_errors(settings: KafkaSettings) -> Iterator[None]:
    """Turn what aiokafka raises while a client is open into the error tree, and nothing else.

    Raises:
        Unavailable, RateLimited, Misconfigured, PermanentError: as `translated`.
    """
    try:
        yield
    except kafka.KafkaError as error:
        away = isinstance(error, kafka.KafkaConnectionError)
        action = f"Kafka at {settings.bootstrap_servers}" + (" does not answer" if away else "")
        raise translate(error, action) from error


def translate(error: BaseException, action: str) -> RaglineError:
    """Return `error` translated into the error tree; `action` starts the message."""
    message = f"{action}: {error!r}"
    if isinstance(error, _TOO_LARGE):
        return InvalidEvent(
            f"{action}: the record is too large for the topic: {error}", cause=Cause.OVERSIZE_OUTPUT
        )
    if hint := _what_to_check(error):
        return Misconfigured(f"{message}: {hint}")
    if isinstance(error, kafka.QuotaViolationError):
        return RateLimited(f"{message}: a quota is used up")
    if isinstance(error, _PRODUCER_LOST):
        return _producer_lost(message)
    if _is_transient(error):
        return Unavailable(f"{message}: check that Kafka runs at RAGLINE_KAFKA__BOOTSTRAP_SERVERS")
    return PermanentError(message)


def _what_to_check(error: BaseException) -> str | None:
    if isinstance(error, (*_ACCESS_REFUSED, ssl.SSLCertVerificationError)):
        return (
            "check RAGLINE_KAFKA__SECURITY_PROTOCOL, RAGLINE_KAFKA__SASL_*, "
            "RAGLINE_KAFKA__SSL_CAFILE, …SSL_CERTFILE and the account's ACLs"
        )
    if isinstance(error, _CANNOT_WORK):
        return "check RAGLINE_KAFKA__* and the broker's version"
    return None


def _is_transient(error: BaseException) -> bool:
    if not isinstance(error, kafka.KafkaError):
        return True
    bare = type(error) is kafka.KafkaError  # "no metadata from any broker"
    return bare or bool(error.retriable) or isinstance(error, _NOT_NOW)


def _producer_lost(message: str) -> PermanentError:
    return PermanentError(f"{message}: this producer can never publish again: restart the service")
