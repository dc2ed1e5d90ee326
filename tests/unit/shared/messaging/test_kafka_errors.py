"""Each failure of Kafka: worth another try, the operator's, the record's, or a producer's end."""

from __future__ import annotations

import ssl

import pytest
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
from ragline.messaging.kafka_errors import translate, translated

AWAY = [
    kafka.KafkaConnectionError("reset"),
    kafka.NoBrokersAvailable(),
    kafka.NodeNotReadyError(),
    kafka.StaleMetadata(),
    kafka.MetadataEmptyBrokerList(),
    kafka.Cancelled(),
    kafka.CorrelationIdError(),
    kafka.KafkaUnavailableError(),
    kafka.KafkaTimeoutError(),
    kafka.RequestTimedOutError(),
    kafka.LeaderNotAvailableError(),
    kafka.NotLeaderForPartitionError(),
    kafka.UnknownTopicOrPartitionError(),
    kafka.NotEnoughReplicasError(),
    kafka.NotEnoughReplicasAfterAppendError(),
    kafka.BrokerNotAvailableError(),
    kafka.ReplicaNotAvailableError(),
    kafka.KafkaStorageError(),
    kafka.CorruptRecordException(),
    kafka.UnknownError(),
    kafka.NotControllerError(),
    kafka.GroupCoordinatorNotAvailableError(),
    kafka.NotCoordinatorForGroupError(),
    kafka.GroupLoadInProgressError(),
    kafka.RebalanceInProgressError(),
    kafka.IllegalGenerationError(),
    kafka.UnknownMemberIdError(),
    kafka.CommitFailedError(),
    kafka.KafkaError("Unable to get cluster metadata over all known brokers"),
    ConnectionRefusedError("refused"),
    ConnectionResetError("reset"),
    TimeoutError(),
]
REFUSED = [
    kafka.AuthenticationFailedError(),
    kafka.AuthenticationMethodNotSupported(),
    kafka.SaslAuthenticationFailed(),
    kafka.UnsupportedSaslMechanismError(),
    kafka.IllegalSaslStateError(),
    kafka.SecurityDisabled(),
    kafka.TopicAuthorizationFailedError("answers"),
    kafka.GroupAuthorizationFailedError("generator"),
    kafka.ClusterAuthorizationFailedError(),
    kafka.TransactionalIdAuthorizationFailed(),
    ssl.SSLCertVerificationError("self-signed"),
]
CANNOT_WORK = [
    kafka.IncompatibleBrokerVersion(),
    kafka.UnrecognizedBrokerVersion(),
    kafka.UnsupportedVersionError(),
    kafka.UnsupportedCodecError(),
    kafka.KafkaConfigurationError(),
    kafka.InvalidConfigurationError(),
    kafka.InvalidSessionTimeoutError(),
    kafka.InvalidRequiredAcksError(),
    kafka.InvalidTopicError(),
    kafka.InvalidPartitionsError(),
    kafka.InvalidReplicationFactorError(),
    kafka.InvalidReplicationAssignmentError(),
    kafka.PolicyViolationError(),
]
TOO_LARGE = [
    kafka.MessageSizeTooLargeError("9 MB"),
    kafka.RecordTooLargeError(),
    kafka.RecordListTooLargeError(),
]
PRODUCER_LOST = [
    kafka.ProducerFenced(),
    kafka.InvalidProducerEpoch(),
    kafka.InvalidProducerIdMapping(),
    kafka.UnknownProducerId(),
    kafka.OutOfOrderSequenceNumber(),
    kafka.ProducerClosed(),
]


def name(error: BaseException) -> str:
    return type(error).__name__


def raised(error: BaseException, *, publishing: bool) -> RaglineError:
    with pytest.raises(RaglineError) as caught, translated("doing", publishing=publishing):
        raise error
    assert caught.value.__cause__ is error
    return caught.value


@pytest.mark.parametrize("error", AWAY, ids=name)
def test_a_broker_that_is_away_or_busy_is_asked_again(error: BaseException) -> None:
    found = raised(error, publishing=False)

    assert type(found) is Unavailable
    assert str(found).startswith("doing: ")


@pytest.mark.parametrize("error", REFUSED, ids=name)
def test_refused_access_says_which_settings_to_check(error: BaseException) -> None:
    found = raised(error, publishing=True)

    assert type(found) is Misconfigured
    assert "RAGLINE_KAFKA__SASL_" in str(found)


@pytest.mark.parametrize("error", CANNOT_WORK, ids=name)
def test_settings_that_cannot_work_are_the_operators(error: BaseException) -> None:
    assert type(raised(error, publishing=False)) is Misconfigured


@pytest.mark.parametrize("error", TOO_LARGE, ids=name)
def test_a_record_that_is_too_large_is_the_records_fault(error: BaseException) -> None:
    found = raised(error, publishing=True)

    assert isinstance(found, InvalidEvent)
    assert found.cause == Cause.OVERSIZE_OUTPUT


@pytest.mark.parametrize("error", PRODUCER_LOST, ids=name)
def test_a_producer_whose_sequence_is_lost_needs_a_restart(error: BaseException) -> None:
    found = raised(error, publishing=True)

    assert type(found) is PermanentError
    assert "restart the service" in str(found)


def test_a_bare_error_of_a_producer_means_that_its_sender_has_died() -> None:
    died = kafka.KafkaError("Unexpected error during batch delivery")

    assert type(raised(died, publishing=True)) is PermanentError


def test_a_quota_asks_to_slow_down() -> None:
    assert isinstance(translate(kafka.QuotaViolationError(), "doing"), RateLimited)


def test_what_nobody_foresaw_is_permanent() -> None:
    assert type(translate(kafka.NonEmptyGroup(), "doing")) is PermanentError


def test_every_error_that_the_client_calls_retriable_is_transient() -> None:
    for kind in list(vars(kafka).values()):
        if isinstance(kind, type) and issubclass(kind, kafka.KafkaError) and kind().retriable:
            assert isinstance(translate(kind(), "doing"), Unavailable), kind


def test_our_own_errors_and_bugs_pass_through() -> None:
    with pytest.raises(KeyError), translated("doing"):
        raise KeyError("x")
