"""Which cluster a command talks to, and what its failures mean."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaTimeoutError,
    NotControllerError,
    TopicAuthorizationFailedError,
)

from ragline.errors import Misconfigured, Unavailable
from ragline.settings import KafkaSettings
from ragline_cli.connection import connection
from ragline_cli.errors import StackNotRunning
from ragline_cli.kafka.client import kafka_settings, translated

BOOTSTRAP = "RAGLINE_KAFKA__BOOTSTRAP_SERVERS"
REDIS = "RAGLINE_REDIS__URL"


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (BOOTSTRAP, REDIS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RAGLINE_HOME", str(tmp_path))


def test_without_any_cluster_the_error_says_how_to_get_one() -> None:
    with pytest.raises(StackNotRunning, match="ragline up"):
        connection(None)


def test_the_environment_names_a_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BOOTSTRAP, "env:9092")
    monkeypatch.setenv(REDIS, "redis://env:6379/0")
    found = connection(None)
    assert found.kafka.bootstrap_servers == "env:9092"
    assert found.redis is not None
    assert found.redis.url.get_secret_value() == "redis://env:6379/0"


def test_an_option_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BOOTSTRAP, "env:9092")
    monkeypatch.setenv("RAGLINE_KAFKA__SECURITY_PROTOCOL", "SSL")
    found = connection("option:9092", "redis://option:6379/0")
    assert found.kafka.bootstrap_servers == "option:9092"
    assert found.kafka.security_protocol == "SSL"
    assert found.redis is not None
    assert found.redis.url.get_secret_value() == "redis://option:6379/0"


def test_a_cluster_of_the_users_own_has_no_redis_unless_it_is_named() -> None:
    assert connection("option:9092").redis is None


def test_a_plain_address_becomes_settings() -> None:
    assert kafka_settings("k:1").bootstrap_servers == "k:1"
    settings = KafkaSettings(bootstrap_servers="k:2")
    assert kafka_settings(settings) is settings


def test_settings_that_cannot_be_used_are_told_without_their_secrets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RAGLINE_KAFKA__SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("RAGLINE_KAFKA__SASL_PASSWORD", "hidden")
    for bootstrap in ("option:9092", None):
        with pytest.raises(Misconfigured, match="RAGLINE_KAFKA__SASL_USERNAME") as caught:
            connection(bootstrap)
        assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("error", [KafkaConnectionError(), TimeoutError(), KafkaTimeoutError()])
def test_a_silent_broker_is_unavailable(error: Exception) -> None:
    with pytest.raises(Unavailable, match="k:1"), translated(kafka_settings("k:1")):
        raise error


def test_what_may_pass_is_transient_and_what_will_not_is_permanent() -> None:
    with pytest.raises(Unavailable), translated(kafka_settings("k:1")):
        raise NotControllerError
    with pytest.raises(Misconfigured), translated(kafka_settings("k:1")):
        raise TopicAuthorizationFailedError


def test_our_own_errors_pass_through() -> None:
    ours = Misconfigured("topic missing")
    with pytest.raises(Misconfigured) as caught, translated(kafka_settings("k:1")):
        raise ours
    assert caught.value is ours
